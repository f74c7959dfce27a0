import { expect } from 'chai';
import fc from 'fast-check';
import {
  countRegexes,
  extractValues,
  FilterPatternError,
  matchesPattern,
  parseFilterPattern,
} from '../../../src/simulation/filter-patterns/filter-pattern.js';

function matches(pattern: string, message: string): boolean {
  return matchesPattern(parseFilterPattern(pattern), message);
}

function extracted(pattern: string, message: string): Record<string, string> | undefined {
  const values = extractValues(parseFilterPattern(pattern), message);
  return values && Object.fromEntries(values);
}

/** Each line: pattern, messages that match, messages that don't. */
function table(rows: readonly (readonly [string, readonly string[], readonly string[]])[]): void {
  for (const [pattern, matching, others] of rows) {
    it(pattern === '' ? '(empty)' : pattern, () => {
      for (const message of matching) expect(matches(pattern, message), message).to.equal(true);
      for (const message of others) expect(matches(pattern, message), message).to.equal(false);
    });
  }
}

/** Each line: pattern, part of the reason, position. */
function refusals(rows: readonly (readonly [string, string, number])[]): void {
  for (const [pattern, reason, offset] of rows) {
    it(`refuses ${pattern.slice(0, 60)}`, () => {
      expect(() => parseFilterPattern(pattern))
        .to.throw(FilterPatternError, reason)
        .with.property('offset', offset);
    });
  }
}

/** What the service says of a pattern, where that is recorded. */
function serviceText(pattern: string): string | undefined {
  try {
    parseFilterPattern(pattern);
  } catch (error) {
    return (error as FilterPatternError).serviceText;
  }
  throw new Error(`${pattern} is taken`);
}

describe('terms', () => {
  table([
    ['', ['anything', ''], []],
    ['  ', ['anything'], []],
    ['ERROR', ['[ERROR] x', 'xERRORx'], ['error', '']],
    ['ERROR ARGUMENTS', ['ERROR INVALID ARGUMENTS', 'ARGUMENTS then ERROR'], ['ERROR', 'ARGUMENTS']],
    ['"[ERROR]" Exception', ['[ERROR] InvalidQueryException'], ['ERROR Exception', '[ERROR]']],
    ['"INTERNAL SERVER ERROR"', ['an INTERNAL SERVER ERROR!'], ['INTERNAL ERROR SERVER']],
    ['"say \\"hi\\" \\\\ \\n"', ['say "hi" \\ \\n'], ['say hi']],
    ['ERROR -EXITING', ['ERROR here'], ['ERROR EXITING', 'EXITING', 'none']],
    ['-DEBUG', ['INFO'], ['DEBUG']],
    ['-"a b" -c', ['a d'], ['a b', 'c']],
    ['?ERROR ?WARN', ['an ERROR', 'a WARN'], ['INFO']],
    ['?"a b" ?c', ['a b', 'c'], ['a', 'b']],
    ['%AUTHORIZED%', ['UNAUTHORIZED 401'], ['authorized']],
    ['%^20[0-9]{2}-% ERROR', ['2024-05 ERROR'], ['ERROR 2024-05']],
    ['-%\\d{3}%', ['12'], ['123']],
    ['?%a+% ?%b+%', ['xa', 'b'], ['c']],
    ['Größe_1', ['die Größe_1'], ['Größe']],
    ['"user@example.com"', ['to user@example.com'], ['user']],
    // Recorded: a quoted blank alone matches everything; beside another term it is one to find.
    ['" "', ['anything', '', 'a b'], []],
    ['  "   "  ', ['anything', ''], []],
    ['-" "', ['word'], ['two words']],
    ['" " x', ['a x'], ['x']],
    // The guide's own example has blanks in a regular expression.
    ['%^starting|^initializing|^shutting down%', ['shutting down now', 'starting'], ['now shutting down']],
    ['%a b% c', ['a b c'], ['ab c']],
    ['?%no route% ?timeout', ['no route to host', 'timeout'], ['noroute']],
  ]);

  it('ignores terms with question marks beside other terms, as documented', () => {
    expect(matches('?ERROR ?WARN INFO', 'INFO')).to.equal(true);
    expect(matches('?ERROR -x', 'INFO')).to.equal(true);
    expect(matches('?ERROR INFO', 'ERROR')).to.equal(false);
  });

  it('extracts nothing', () => {
    expect(extracted('ERROR', 'an ERROR')).to.deep.equal({});
    expect(extracted('ERROR', 'fine')).to.equal(undefined);
  });

  refusals([
    ['foo-bar', "'foo-bar' must stand in quotation marks for its '-'", 3],
    ['ok Exception:', "'Exception:' must stand in quotation marks for its ':'", 12],
    ['""', 'A term is empty', 0],
    ['ok ?""', 'A term is empty', 4],
    ['a -', 'A term is missing', 3],
    ['?', 'A term is missing', 1],
    ['"open', 'not closed', 0],
    ['"a"b', 'A blank is missing', 3],
    ['a"b"', 'A blank is missing', 1],
    ['%open', 'not closed by %', 0],
    ['%%', 'is empty', 0],
    ['%(a)%', "The character '(' is not supported", 1],
    ['%a\tb%', "The character '\t' is not supported", 2],
    ['%é%', 'not supported', 1],
    ['%\\p%', 'This escape is not supported', 1],
    ['%[a%', 'Invalid regular expression', 1],
    ['%a% %b% %c%', 'may have 2 regular expressions', 0],
    ['a'.repeat(1025), 'more than 1024 characters', 1024],
  ]);

  it('are refused in the recorded words, which name the characters that fit no term', () => {
    expect(serviceText('?Status: timeout')).to.equal("Invalid character(s) in term ':'");
    expect(serviceText('a user@example.com')).to.equal("Invalid character(s) in term '@'");
    expect(serviceText('ok *')).to.equal("Invalid character(s) in term '*'");
    expect(serviceText('caf\u00e9 \u{1f600}x')).to.equal("Invalid character(s) in term '\u{1f600}'");
    expect(serviceText('"open it')).to.equal(`Invalid character(s) in term '"open it'`);
    expect(serviceText('%a(b)%')).to.equal("Invalid character(s) in term '%a('");
    for (const empty of ['""', 'ERROR ""', '-""']) {
      expect(serviceText(empty)).to.equal(`Invalid filter pattern: Invalid character(s) in term '""'`);
    }
    expect(serviceText('%a% -%b% ?%c%')).to.equal(
      'Your input has exceeded the maximum of 2 regular expressions per filter pattern.',
    );
    for (const bare of ['a -', '"a"b', '?']) expect(serviceText(bare)).to.equal(undefined);
  });

  it('takes 1024 characters', () => {
    expect(matches('a'.repeat(1024), 'a'.repeat(1024))).to.equal(true);
  });
});

describe('space-delimited patterns', () => {
  const line = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

  table([
    ['[ip, user, username, timestamp, request, status_code, bytes]', [line], ['too short']],
    [
      '[ip, user, username, timestamp, request, status_code=404, bytes]',
      [line],
      [line.replace('404', '200')],
    ],
    [
      '[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]',
      [line],
      [line.replace('html', 'js')],
    ],
    ['[..., status_code=4*, bytes]', [line, '400 7'], [line.replace('404', '500'), '400']],
    ['[ip=%127\\.0\\.0\\.[1-9]%, ...]', [line], [line.replace('.1 ', '.0 ')]],
    ['[first=127*, ..., bytes>1000]', [line], [line.replace('1534', '1000')]],
    ['[..., bytes>=1534]', [line], [line.replace('1534', '1533'), line.replace('1534', '-')]],
    ['[..., bytes<1534]', [line.replace('1534', '15e2')], [line]],
    ['[..., bytes<=1534]', [line], [line.replace('1534', '1535')]],
    ['[..., bytes!=1534]', [line.replace('1534', '1')], [line]],
    [
      '[..., status_code=404 || status_code=410, bytes]',
      [line, line.replace('404', '410')],
      [line.replace('404', '400')],
    ],
    ['[w1!=ERROR && w1!=%WARN%, w2]', ['INFO x'], ['ERROR x', 'WARNING x']],
    ['[(w1=a || w1=b) && w1!=b]', ['a'], ['b', 'c']],
    ['[w1=ERROR, w2]', ['ERROR something else again', 'ERROR x'], ['ERROR', 'x ERROR']],
    ['[w1="two words", w2]', ['"two words" x', '[two words] x'], ['two words x']],
    ['[w1=1.0]', ['1', '1.00'], ['1x']],
    ['[]', ['', 'a b'], []],
    ['[,,c=x]', ['a b x'], ['a x', 'a b c']],
    ['[a,]', ['a b'], ['a']],
    ['[a=x]', ['x'], ['y']],
    ['[t=a*c*e]', ['abcde', 'ace'], ['acd', 'ae', 'abcdx']],
  ]);

  it('takes text in brackets or quotation marks for one field, without them', () => {
    expect(extracted('[ip, , user, time, request, status, bytes]', line)).to.deep.equal({
      $ip: '127.0.0.1',
      $2: '-',
      $user: 'frank',
      $time: '10/Oct/2000:13:25:15 -0700',
      $request: 'GET /index.html HTTP/1.0',
      $status: '404',
      $bytes: '1534',
    });
    expect(extracted('[a, b, c]', '"open [x" end] "q"z')).to.deep.equal({
      $a: 'open [x',
      $b: 'end]',
      $c: '"q"z',
    });
  });

  it('names fields without a name by their true position', () => {
    expect(extracted('[]', 'a "b c" d')).to.deep.equal({ $1: 'a', $2: 'b c', $3: 'd' });
    expect(extracted('[..., last]', 'a b c')).to.deep.equal({ $1: 'a', $2: 'b', $last: 'c' });
    expect(extracted('[first=x]', 'y')).to.equal(undefined);
  });

  it('not documented: surplus fields are allowed at the end, missing ones are not', () => {
    expect(extracted('[a, b]', 'x y z')).to.deep.equal({ $a: 'x', $b: 'y', $3: 'z' });
    expect(matches('[a, b]', 'x')).to.equal(false);
  });

  it('recorded: a surplus field makes number conditions on the last field fail', () => {
    const pattern = '[ip, identity, user, timestamp, request, status >= 400, bytes > 1000]';
    expect(matches(pattern, line)).to.equal(true);
    expect(matches(pattern, `${line} 7`)).to.equal(false);
    expect(matches(pattern, `  ${line}  7`)).to.equal(false);
    expect(matches(pattern, line.replace('404', '404 7'))).to.equal(false);
    expect(matches('[a, b = 5]', 'x 5')).to.equal(true);
    expect(matches('[a, b = 5]', 'x 5 z')).to.equal(false);
    expect(matches('[a, b <= 5 || b = x*]', 'x 5 z')).to.equal(false);
    expect(matches('[a, b = 5*]', 'x 5 z')).to.equal(true);
    // No field is a surplus one where the pattern says that there may be more.
    expect(matches('[a, b > 4, ...]', 'x 5 z')).to.equal(true);
    expect(matches('[..., b > 4]', 'x y 5')).to.equal(true);
  });

  it('are refused in the recorded words', () => {
    for (const open of ['[', '[a, b', '[a] b', '  [ERROR] text', '[a=%x%, b=%y%, c=%z%']) {
      expect(serviceText(open)).to.equal("If a filter pattern starts with '[' it must end with ']'");
    }
    expect(serviceText('[word, other, word]')).to.equal("Duplicate field 'word'");
    expect(serviceText('[..., n=1, n=2]')).to.equal("Duplicate field 'n'");
    expect(serviceText('[a=%x%, b=%y%, c=%z%]')).to.equal(
      'Your input has exceeded the maximum of 2 regular expressions per filter pattern.',
    );
    expect(serviceText('[level: x]')).to.equal("Invalid character(s) in term ':'");
    expect(serviceText('[a > "5"]')).to.equal(`Invalid character(s) in term '"5"'`);
    for (const bare of ['[a b]', '[a=]', '[a==1]', '[(a=1]']) expect(serviceText(bare)).to.equal(undefined);
  });

  refusals([
    ['[a, b', "must end with ']'", 0],
    ['[a b]', "An operator is missing behind 'a'", 3],
    ['[a=1, a=2]', "Two fields are named 'a'", 0],
    ['[a=1 && b=2]', "A condition on 'b' stands in the field 'a'", 8],
    ['[a=]', 'A value is missing', 3],
    ['[a==1]', "'==' is not supported", 2],
    ['[a>x]', "The operator '>' needs a number", 2],
    ['[a<4*]', "The operator '<' needs a number", 2],
    ['[a>"1"]', "The operator '>' needs a number", 2],
    ['[..., a, ...]', 'only once', 9],
    ['[(a=1]', 'is not closed', 1],
    ['[a=1 && ]', 'The name of a field is missing', 8],
    ['[=1]', 'The name of a field is missing', 1],
    ['[a=1)]', "Unexpected ')'", 4],
    ['[a] b', "must end with ']'", 0],
    ['[a] b]', "Unexpected 'b' behind the pattern", 4],
    ['[a="b]', 'not closed', 3],
    [`[${'('.repeat(51)}a=1]`, 'nested too deep', 51],
    ['[a=%x%, b=%y%, c=%z%]', 'may have 2 regular expressions', 0],
  ]);
});

describe('JSON patterns', () => {
  const event = JSON.stringify({
    eventType: 'UpdateTrail',
    sourceIPAddress: '111.111.111.111',
    arrayKey: ['value', 'another value'],
    objectList: [
      { name: 'a', id: 1 },
      { name: 'b', id: 2 },
    ],
    SomeObject: null,
    ThisFlag: true,
    OtherFlag: false,
    bandwidth: 75,
    latency: 1e-3,
    'service.name': 'shop',
    text: '400',
    deep: { list: [[1, 2], [3]] },
  });
  const all = (...patterns: string[]) => {
    for (const pattern of patterns) expect(matches(pattern, event), pattern).to.equal(true);
  };
  const none = (...patterns: string[]) => {
    for (const pattern of patterns) expect(matches(pattern, event), pattern).to.equal(false);
  };

  it('compares strings, with wildcards anywhere', () => {
    all(
      '{ $.eventType = "UpdateTrail" }',
      '{$.eventType=UpdateTrail}',
      '{ $.eventType = "Up*" }',
      '{ $.eventType = *Trail }',
      '{ $.eventType = "*date*" }',
      '{ $.sourceIPAddress = 111.111.* }',
      '{ $.sourceIPAddress != 123.123.* }',
      '{ $.eventType != "x" }',
    );
    none('{ $.eventType = "updatetrail" }', '{ $.eventType = "Update" }', '{ $.sourceIPAddress != 111.* }');
  });

  it('compares numbers', () => {
    all(
      '{ $.bandwidth = 75 }',
      '{ $.bandwidth = +75.0 }',
      '{ $.bandwidth = 7.5e1 }',
      '{ $.bandwidth = 7* }',
      '{ $.bandwidth != 76 }',
      '{ $.bandwidth >= 75 }',
      '{ $.bandwidth > 74.9 }',
      '{ $.bandwidth <= 75 }',
      '{ $.bandwidth < 76 }',
      '{ $.latency = 1e-3 }',
      '{ $.latency > -1 }',
    );
    none(
      '{ $.bandwidth > 75 }',
      '{ $.bandwidth < 75 }',
      '{ $.bandwidth != 75 }',
      '{ $.text > 3 }',
      '{ $.missing < 5 }',
    );
  });

  it('tests for null, true and false, and for members that do not exist', () => {
    all(
      '{ $.SomeObject IS NULL }',
      '{ $.ThisFlag IS TRUE }',
      '{ $.OtherFlag is false }',
      '{ $.missing NOT EXISTS }',
      '{ $.deep.list[2] NOT EXISTS }',
    );
    none(
      '{ $.missing IS NULL }',
      '{ $.OtherFlag IS TRUE }',
      '{ $.SomeObject IS FALSE }',
      '{ $.SomeObject NOT EXISTS }',
      '{ $.deep NOT EXISTS }',
    );
  });

  it('selects members, elements and names with special characters', () => {
    all(
      '{ $.arrayKey[0] = "value" }',
      '{ $.objectList[1].id = 2 }',
      '{ $.deep.list[0][1] = 2 }',
      "{ $.['service.name'] = shop }",
      '{ $["service.name"] = "shop" }',
      '{ $.arrayKey[*] = "another*" }',
      '{ $.objectList[*].name = b }',
      '{ $.* = 75 }',
    );
    none(
      '{ $.service.name = shop }',
      '{ $.arrayKey[2] = value }',
      '{ $.arrayKey.length = 2 }',
      '{ $.deep[0] = 1 }',
      '{ $.deep[*] = 1 }',
      '{ $.arrayKey.* = value }',
      '{ $.eventType.x = 1 }',
      '{ $.toString = "*" }',
    );
  });

  it('recorded: a message with a list at its root matches nothing', () => {
    for (const pattern of ['{ $[0].a = 1 }', '{ $.a NOT EXISTS }', '{ $[*] = * }', '{ $.* = * }']) {
      expect(matches(pattern, '[{"a":1}, 5]'), pattern).to.equal(false);
      expect(extracted(pattern, '[{"a":1}, 5]'), pattern).to.equal(undefined);
    }
  });

  it('recorded: [*] walks the members of an object as well', () => {
    const messages = ['{"v":{"x":1,"y":"two"}}', '{"v":[1,"two"]}'];
    for (const message of messages) {
      expect(matches('{ $.v[*] = 1 }', message)).to.equal(true);
      expect(matches('{ $.v[*] = two }', message)).to.equal(true);
      expect(matches('{ $.v[*] = 3 }', message)).to.equal(false);
    }
    expect(matches('{ $.v[*].n > 5 }', '{"v":{"x":{"n":4},"y":{"n":6}}}')).to.equal(true);
    expect(matches('{ $.v[*] = 1 }', '{"v":"1"}')).to.equal(false);
  });

  it('recorded: IS NULL holds for a list that has a null among its elements', () => {
    expect(matches('{ $.v IS NULL }', '{"v":[1,null]}')).to.equal(true);
    expect(matches('{ $.v IS NULL }', '{"v":[[null],{"a":null}]}')).to.equal(false);
    expect(matches('{ $.v IS NULL }', '{"v":{"a":null}}')).to.equal(false);
    expect(matches('{ $.v IS TRUE }', '{"v":[true]}')).to.equal(false);
    expect(matches('{ $.v[*] IS NULL }', '{"v":[1,null]}')).to.equal(true);
  });

  it('recorded: booleans satisfy no comparison, their texts do', () => {
    for (const value of [true, false]) {
      const message = JSON.stringify({ v: value });
      const word = String(value);
      for (const condition of [
        `= ${word}`,
        `= "${word}"`,
        '= *',
        '= "*"',
        '!= 1',
        '!= "Alpha"',
        `= %${word}%`,
        '!= %x%',
      ]) {
        expect(matches(`{ $.v ${condition} }`, message), `${condition} on ${word}`).to.equal(false);
      }
      expect(matches(`{ $.v IS ${word.toUpperCase()} }`, message)).to.equal(true);
      expect(matches(`{ $.v = ${word} }`, JSON.stringify({ v: word }))).to.equal(true);
      expect(matches(`{ $.v IS ${word.toUpperCase()} }`, JSON.stringify({ v: word }))).to.equal(false);
    }
  });

  describe('recorded: numbers beside texts', () => {
    /** Each line: condition, values that it holds for, values that it doesn't, all as JSON. */
    const rows: [string, string[], string[]][] = [
      ['= 1', ['1', '1.0', '1e0', '10e-1', '"1"'], ['"1.0"', '"1e0"', '2', '"01"', 'true', 'null', '[1]']],
      ['!= 1', ['"1.0"', '2', '"x"', '"01"'], ['1', '1.0', '1e0', '"1"', 'true', 'null', '{}']],
      ['= 1e+0', ['1', '1.0', '1e0', '"1e+0"'], ['"1"', '"1.0"']],
      ['= 1.0', ['1', '1.00', '"1.0"'], ['"1"', '"1.00"']],
      ['= +5', ['5', '5e0', '"+5"'], ['"5"']],
      ['= -0.5', ['-0.5', '-5e-1', '"-0.5"'], ['"-.5"', '0.5']],
      ['= "1"', ['1', '"1"'], ['1.0', '1e0', '"1.0"', '10']],
      ['!= "1"', ['1.0', '1e0', '"1.0"'], ['1', '"1"', 'false']],
      ['= "1.0"', ['1.0', '"1.0"'], ['1', '1.00', '1e0']],
      ['= "12.50"', ['12.50', '"12.50"'], ['12.5', '"12.5"']],
      ['= 1*', ['1', '1.0', '12', '"1x"'], ['21', 'true']],
      ['= "*.0"', ['1.0', '"x.0"'], ['1', '1.5']],
      ['= %^1\\.0$%', ['1.0', '"1.0"'], ['1']],
      ['= *', ['0', '""', '"x"', '1e9'], ['true', 'null', '[]', '{}']],
      ['> 1', ['1.5', '2e0'], ['1.0', '"2"', 'true']],
      ['= Alpha', ['"Alpha"'], ['"alpha"', '1']],
      ['!= Alpha', ['1', '"alpha"'], ['"Alpha"', 'true', 'null', '[]']],
    ];
    for (const [condition, holding, others] of rows) {
      it(condition, () => {
        const test = (value: string) => matches(`{ $.v ${condition} }`, `{ "n":1.50, "v" : ${value} }`);
        for (const value of holding) expect(test(value), value).to.equal(true);
        for (const value of others) expect(test(value), value).to.equal(false);
      });
    }

    it('reads texts with quotation marks, colons, digits and marks of its own as they are', () => {
      const message = String.raw`{ "a:1\\" : "n1", "b\"" : "t\"2:", "c" : [ "\\", 3.0 ], "n1.0":"\u006e1.0" }`;
      expect(extracted('{ $.c[*] = 3* && $.c[1] = "3.0" }', message)).to.deep.equal({
        '$.c[*]': '3.0',
        '$.c[1]': '3.0',
      });
      expect(matches('{ $.* = "n1" }', message)).to.equal(true);
      expect(matches(String.raw`{ $.* = "t\"2*" }`, message)).to.equal(true);
      expect(matches('{ $.["n1.0"] = "n1*" }', message)).to.equal(true);
      expect(matches('{ $.c[0] = %^.$% }', message)).to.equal(true);
    });
  });

  it('are refused in the recorded words', () => {
    for (const open of ['{', '{ $.a = ', '{ $.a = 1 } x', '  { $.a = 1', '{ $.a = 1 ]']) {
      expect(serviceText(open)).to.equal("If a filter pattern starts with '{' it must end with '}'");
    }
    for (const literal of ['null', 'NULL', 'Null']) {
      expect(() => parseFilterPattern(`{ $.a = ${literal} }`)).to.throw(FilterPatternError, 'IS NULL');
      expect(serviceText(`{ $.b = 1 || $.a != ${literal} }`)).to.equal(undefined);
    }
    expect(matches('{ $.a = "null" && $.b != nullable }', '{"a":"null","b":"x"}')).to.equal(true);
    expect(serviceText('{ $.a = "x", $.b = "y" }')).to.equal("Invalid character(s) in term ','");
    expect(serviceText('{ $.a ; }')).to.equal("Invalid character(s) in term ';'");
    expect(serviceText('{ $."sc-status" = 5* }')).to.equal(`Invalid character(s) in term '$."'`);
    expect(serviceText('{ $.n >= "some text" }')).to.equal(`Invalid character(s) in term '"some text"'`);
    expect(serviceText('{ $.a = "x }')).to.equal(`Invalid character(s) in term '"x }'`);
    for (const bare of [
      '{ }',
      '{ $.a }',
      '{ $.a == 1 }',
      '{ $.a EXISTS }',
      '{ $.a IS NOT NULL }',
      '{ $. = 1 }',
    ]) {
      expect(serviceText(bare), bare).to.equal(undefined);
    }
  });

  it('does not match where a selector finds an object or array', () => {
    none('{ $.deep = "*" }', '{ $.arrayKey = "value" }', '{ $.deep != "x" }', '{ $.arrayKey != 1 }');
  });

  it('searches with regular expressions', () => {
    all('{ $.eventType = %Trail$% }', '{ $.eventType != %^Delete% }', '{ $.bandwidth = %^\\d{2}$% }');
    none('{ $.eventType = %^Trail% }', '{ $.missing != %x% }');
  });

  it('binds && before ||, and takes parentheses', () => {
    all(
      '{ ($.eventType = "UpdateTrail") && ($.bandwidth = 75) }',
      '{ $.bandwidth = 1 && $.latency = 1 || $.ThisFlag IS TRUE }',
      '{ $.ThisFlag IS TRUE || $.bandwidth = 1 && $.latency = 1 }',
      '{ (($.bandwidth = 1) || ($.text = "400")) && $.missing NOT EXISTS }',
    );
    none('{ ($.ThisFlag IS TRUE || $.bandwidth = 1) && $.latency = 1 }');
  });

  it('not documented: messages that are no JSON never match', () => {
    for (const message of ['text', '', '{broken', '"a"', '5', 'x {"a":1}']) {
      expect(matches('{ $.a NOT EXISTS }', message), message).to.equal(false);
    }
  });

  it('not documented: != does not hold for a missing member, nor for null', () => {
    none('{ $.missing != "x" }', '{ $.SomeObject != "x" }');
  });

  it('finds a number and a text that spells it equal', () => {
    all('{ $.text = 400 }', '{ $.bandwidth = "75" }', '{ $.text != 4e2 }');
    none('{ $.bandwidth = "75.0" }', '{ $.text != 400 }', '{ $.text = 4e2 }');
  });

  it('not documented: extracted values are named by their selectors', () => {
    expect(
      extracted('{ $.eventType = "Up*" && $.bandwidth > 5 && $.objectList[*].id = 2 }', event),
    ).to.deep.equal({
      '$.eventType': 'UpdateTrail',
      '$.bandwidth': '75',
      '$.objectList[*].id': '2',
    });
    expect(
      extracted('{ $.SomeObject IS NULL && $.ThisFlag IS TRUE && $.missing NOT EXISTS }', event),
    ).to.deep.equal({
      '$.SomeObject': 'null',
      '$.ThisFlag': 'true',
    });
    expect(extracted('{ $.bandwidth = 1 || $.eventType = "Up*" }', event)).to.deep.equal({
      '$.bandwidth': '75',
      '$.eventType': 'UpdateTrail',
    });
    expect(extracted('{ $.bandwidth = 1 }', event)).to.equal(undefined);
    expect(extracted('{ $.bandwidth = 1 }', 'text')).to.equal(undefined);
  });

  refusals([
    ['{ $.a = 1', "must end with '}'", 0],
    ['{ $.a = 1 [0} ', "Unexpected '['", 10],
    ['{ }', "must begin with '$'", 2],
    ['{ a = 1 }', "must begin with '$'", 2],
    ['{ $ = 1 }', 'must name a member', 2],
    ['{ $. = 1 }', "A name is missing behind '.'", 4],
    ['{ $.a }', "An operator is missing behind '$.a'", 6],
    ['{ $.a EXISTS }', "'EXISTS' is not supported", 6],
    ['{ $.a IS NOT NULL }', "'IS NOT' is not supported", 6],
    ['{ $.a IS 5 }', "must follow 'IS'", 6],
    ['{ $.a NOT NULL }', "'EXISTS' must follow", 6],
    ['{ $.a == 1 }', "'==' is not supported", 6],
    ['{ $.a = }', 'A value is missing', 8],
    ['{ $.a > "5" }', 'needs a number', 6],
    ['{ $.a > x }', 'needs a number', 6],
    ['{ $.a[x] = 1 }', 'must stand in', 5],
    ['{ $.a[0 = 1 }', 'is not closed', 5],
    ["{ $.['a] = 1 }", 'not closed', 5],
    ['{ ($.a = 1 }', "A '(' is not closed", 2],
    ['{ $.a = 1 $.b = 2 }', "Unexpected '$'", 10],
    ['{ $.a = 1 && }', "must begin with '$'", 13],
    ['{ $.a = 1 } x', "must end with '}'", 0],
    ['{ $.a = 1 } x }', "Unexpected 'x' behind", 12],
    ['{ $.a[*].b[*] = 1 }', 'one wildcard', 2],
    ['{ $.a[*] = 1 || $.b[*] = 1 || $.c.* = 1 || $.d[*] = 1 }', '3 wildcards', 43],
    ['{ $.a = %x% || $.b = %y% || $.c = %z% }', '2 regular expressions', 0],
    [`{ ${'('.repeat(51)}$.a = 1 }`, 'nested too deep', 52],
  ]);

  it('takes three wildcards', () => {
    expect(matches('{ $.a[*] = 1 || $.b[*] = 1 || $.c.* = 1 }', '{"c":{"x":1}}')).to.equal(true);
  });
});

describe('countRegexes', () => {
  it('counts in every kind of pattern', () => {
    const counts = [
      'a',
      '%a% -%b%',
      '[a=%x% || a=%y%, b]',
      '{ $.a = %x% && ($.b = 1 || $.c NOT EXISTS) }',
    ].map((pattern) => countRegexes(parseFilterPattern(pattern)));
    expect(counts).to.deep.equal([0, 2, 2, 1]);
  });
});

describe('parseFilterPattern', () => {
  it('parses or refuses any text, and matches any message, without a crash or hang', function () {
    this.timeout(120_000);
    const alphabet = Array.from(' aA1_-?"%[](){}$.*,=!<>&|\\\'ISNULLEXTO\té');
    const pattern = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 40 }),
      fc
        .array(
          fc.constantFrom(
            '{ ',
            ' }',
            '$.a',
            '$.a[*]',
            ' = ',
            ' != ',
            '"x*"',
            '5',
            ' && ',
            ' || ',
            '(',
            ')',
            ' IS NULL',
            '%a%',
            '[',
            ']',
            ',',
            '...',
            'w=1',
            '-',
            '?',
            ' ',
          ),
          { maxLength: 14 },
        )
        .map((parts) => parts.join('')),
    );
    const message = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 60 }),
      fc.constant('{"a":[5,"x",null,{"b":true}]}'),
    );
    fc.assert(
      fc.property(pattern, message, (text, line) => {
        let parsed;
        try {
          parsed = parseFilterPattern(text);
        } catch (error) {
          expect(error, text).to.be.instanceOf(FilterPatternError);
          expect((error as FilterPatternError).offset).to.be.within(0, text.length);
          return;
        }
        const values = extractValues(parsed, line);
        expect(values !== undefined, text).to.equal(matchesPattern(parsed, line));
      }),
      { seed: 7, numRuns: 5000 },
    );
  });

  it('matches hostile messages of a megabyte in time', function () {
    this.timeout(120_000);
    const size = 1_000_000;
    const hostile: [string, string][] = [
      ['[a, b=x]', '[ '.repeat(size / 2)],
      ['[a, b=x]', '" '.repeat(size / 2 - 1) + '"x'],
      ['[a>5]', '1'.repeat(size) + 'x'],
      ['[a=*a*a*a*a*b]', 'a'.repeat(size)],
      ['%[ab]*[ac]*[ad]*x%', 'a'.repeat(5000)],
      ['{ $.a = "*a*a*a*b" }', `{"a":"${'a'.repeat(size)}"}`],
      ['{ $.a > 5 }', '['.repeat(size)],
      ['{ $.a = 5* }', `{"b":1.0,"a":"${'\\"'.repeat(size / 2)}"}`],
      ['{ $.a = 5* }', `{"a":${'['.repeat(5000)}${']'.repeat(5000)},"b":[${'1.0,'.repeat(size / 4)}1]}`],
      ['{ $.a = 5 }', `{"a":"${'1'.repeat(size)}x"}`],
    ];
    for (const [pattern, message] of hostile) expect(matches(pattern, message), pattern).to.equal(false);
  });
});
