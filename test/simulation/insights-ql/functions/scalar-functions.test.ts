import { expect } from 'chai';
import fc from 'fast-check';
import {
  evaluateArithmetic,
  scalarFunctions,
} from '../../../../src/simulation/insights-ql/functions/index.js';
import { formatValue, Timestamp, type Value } from '../../../../src/simulation/insights-ql/values/value.js';

const context = { queryStartMillis: 1000, queryEndMillis: 61_000, nowMillis: 1_716_099_016_682 };
const list: Value = ['a', 'b'];
const map: Value = new Map<string, Value>([['user.id', '123']]);

function call(name: string, ...args: Value[]): Value {
  const scalar = scalarFunctions.get(name.toLowerCase());
  if (!scalar) throw new Error(`no function ${name}`);
  return scalar.evaluate(args, context);
}

/** Each line: function, arguments, result. */
function table(rows: readonly (readonly [string, readonly Value[], Value])[]): void {
  for (const [name, args, result] of rows) {
    it(`${name}(${args.map((arg) => JSON.stringify(formatValue(arg) ?? null)).join(', ')})`, () => {
      expect(call(name, ...args)).to.deep.equal(result);
    });
  }
}

describe('numeric functions', () => {
  table([
    ['abs', [-2.5], 2.5],
    ['ceil', ['1.2'], 2],
    ['floor', [-1.2], -2],
    ['sqrt', [9], 3],
    ['log', [Math.E], 1],
    ['round', [2.5], 3],
    ['round', [-2.5], -2],
    ['round', [1.005, 2], 1.01],
    ['round', [1234, -2], 1200],
    ['round', [1e22, 2], 1e22],
    ['round', [1.5, 40], 1.5],
    ['greatest', [1, '3', 2], 3],
    ['greatest', [null, 0], 0],
    ['least', [4, 2.5], 2.5],
    ['toNumber', ['12.5'], 12.5],
    ['toDouble', ['1e3'], 1000],
    ['toInt', ['12.9'], 12],
    ['toInt', [-2_147_483_648], -2_147_483_648],
    ['toInt', [2_147_483_647], 2_147_483_647],
    ['toInt', [2_147_483_648], null],
    ['toInt', ['x'], null],
    ['toLong', ['-7.9'], -7],
    ['toLong', ['1716099016682000001'], '1716099016682000001'],
    ['toLong', ['9223372036854775808'], null],
    ['toLong', [2 ** 60], '1152921504606846976'],
    ['toLong', ['x'], null],
  ]);

  it('haversine is the distance on the globe in kilometers', () => {
    // Paris to London.
    expect(call('haversine', 48.8566, 2.3522, 51.5074, -0.1278)).to.be.closeTo(343.6, 0.5);
    expect(call('haversine', 0, 0, 0, 180)).to.be.closeTo(20_015, 1);
  });

  it('not documented: no number in, or none out, is null', () => {
    expect([
      call('log', 0),
      call('sqrt', -1),
      call('abs', 'x'),
      call('abs', null),
      call('abs', list),
    ]).to.deep.equal([null, null, null, null, null]);
    expect([call('greatest', null), call('toNumber', 'abc'), call('toDouble', map)]).to.deep.equal([
      null,
      null,
      null,
    ]);
  });
});

describe('evaluateArithmetic', () => {
  it('calculates with numbers and texts that spell them', () => {
    expect(evaluateArithmetic('^', 2, 3)).to.equal(8);
    expect(evaluateArithmetic('%', 10, 3)).to.equal(1);
    expect(evaluateArithmetic('+', '1', 2)).to.equal(3);
    expect(evaluateArithmetic('*', 4, 2.5)).to.equal(10);
    expect(evaluateArithmetic('/', 1, 4)).to.equal(0.25);
  });

  it('moves a time by a number, on either side of a plus, and stays a time', () => {
    const time = new Timestamp(1_000_000);
    expect(evaluateArithmetic('+', time, 500)).to.deep.equal(new Timestamp(1_000_500));
    expect(evaluateArithmetic('+', '500', time)).to.deep.equal(new Timestamp(1_000_500));
    expect(evaluateArithmetic('-', time, 0.5)).to.deep.equal(new Timestamp(999_999));
    expect(evaluateArithmetic('+', time, 9e15)).to.equal(null);
    expect(evaluateArithmetic('-', time, null)).to.equal(null);
  });

  it('gives numbers of milliseconds between times, and by all other operators', () => {
    const time = new Timestamp(5000);
    expect(evaluateArithmetic('-', time, new Timestamp(2000))).to.equal(3000);
    expect(evaluateArithmetic('+', time, new Timestamp(2000))).to.equal(7000);
    expect(evaluateArithmetic('-', 6000, time)).to.equal(1000);
    expect(evaluateArithmetic('/', time, 1000)).to.equal(5);
    expect(evaluateArithmetic('%', time, 1500)).to.equal(500);
  });

  it('not documented: division by 0, overflow and what is no number are null', () => {
    expect([
      evaluateArithmetic('/', 1, 0),
      evaluateArithmetic('%', 1, 0),
      evaluateArithmetic('^', 10, 400),
      evaluateArithmetic('+', 'a', 1),
      evaluateArithmetic('+', 1, null),
      evaluateArithmetic('+', list, 1),
    ]).to.deep.equal([null, null, null, null, null, null]);
  });
});

describe('general functions', () => {
  table([
    ['ispresent', ['x'], true],
    ['ispresent', [''], true],
    ['ispresent', [null], false],
    ['coalesce', [null, 'b', 'c'], 'b'],
    ['coalesce', [null], null],
    ['case', [false, 'a', true, 'b', 'c'], 'b'],
    ['case', [0, 'a', 'default'], 'default'],
    ['case', [false, 'a'], null],
    ['if', [true, 'yes', 'no'], 'yes'],
    ['if', [null, 'yes', 'no'], 'no'],
    ['isNumeric', ['12.5'], true],
    ['isNumeric', ['12x'], false],
    ['isNumeric', [null], false],
    ['isNumeric', [list], false],
    ['messageSize', ['é😀'], 6],
    ['messageSize', [null], null],
    ['unmask', ['4111 1111 1111 1111'], '4111 1111 1111 1111'],
    ['unmask', [null], null],
    ['queryStartTime', [], 1000],
    ['queryEndTime', [], 61_000],
    ['queryTimeRange', [], 60_000],
  ]);

  it('case takes up to ten branches and a default', () => {
    expect(scalarFunctions.get('case')!.maxArgs).to.equal(21);
  });
});

describe('JSON functions', () => {
  table([
    ['jsonArraySize', ['[1,[2,3],"x"]'], 3],
    ['jsonArraySize', [list], 2],
    ['jsonArraySize', ['{"a":1}'], null],
    ['jsonArraySize', ['nonsense'], null],
    ['jsonArrayContains', ['["admin","dev"]', 'admin'], true],
    ['jsonArrayContains', ['["Admin"]', 'admin'], false],
    ['jsonArrayContains', ['[]', 'admin'], false],
    ['jsonArrayContains', ['[1]', 1], true],
    ['jsonArrayContains', ['nonsense', 'admin'], false],
    ['jsonArrayContains', [null, 'admin'], false],
    ['jsonStringify', [map], '{"user.id":"123"}'],
    ['jsonStringify', ['text'], null],
    ['jsonParse', ['"text"'], null],
    ['jsonParse', ['{broken'], null],
    ['jsonParse', [null], null],
    ['jsonParse', [list], list],
  ]);

  it('jsonParse gives maps and lists, and keeps the digits of long numbers', () => {
    const plain = (value: Value): Value => {
      if (Array.isArray(value)) return value.map(plain);
      if (typeof value !== 'object' || value === null) return value;
      return new Map([...(value as ReadonlyMap<string, Value>)].map(([key, one]) => [key, plain(one)]));
    };
    expect(plain(call('jsonParse', '{"a":[1,null,{"b":true}],"n":1716099016682000001}'))).to.deep.equal(
      new Map<string, Value>([
        ['a', [1, null, new Map<string, Value>([['b', true]])]],
        ['n', '1716099016682000001'],
      ]),
    );
  });

  it('jsonParse takes nesting up to a bound, and survives more', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(call('jsonParse', nested(500))).to.be.an('array');
    expect(call('jsonParse', nested(501))).to.equal(null);
    expect(call('jsonParse', nested(200_000))).to.equal(null);
    expect(call('jsonParse', '{"a":'.repeat(501) + '1' + '}'.repeat(501))).to.equal(null);
  });
});

describe('hash functions', () => {
  table([
    ['md5', ['hello'], '5d41402abc4b2a76b9719d911017c592'],
    ['sha256', [''], 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['md5', [null], null],
  ]);
});

describe('IP functions', () => {
  table([
    ['isValidIp', ['192.0.2.1'], true],
    ['isValidIp', ['2001:db8::1'], true],
    ['isValidIp', ['256.0.0.1'], false],
    ['isValidIp', [null], false],
    ['isValidIp', ['fe80::1%eth0'], false],
    ['isValidIpV4', ['2001:db8::1'], false],
    ['isValidIpV6', ['2001:db8::1'], true],
    ['isIpInSubnet', ['192.0.2.77', '192.0.2.0/24'], true],
    ['isIpInSubnet', ['192.0.3.1', '192.0.2.0/24'], false],
    ['isIpInSubnet', ['2001:db8:0:1::', '2001:db8::/32'], true],
    ['isIpInSubnet', ['192.0.2.1', '2001:db8::/32'], false],
    ['isIpInSubnet', ['192.0.2.1', '0.0.0.0/0'], true],
    ['isIpInSubnet', ['192.0.2.1', '192.0.2.1/33'], false],
    ['isIpInSubnet', ['192.0.2.1', '192.0.2.1'], false],
    ['isIpInSubnet', ['192.0.2.1', null], false],
    ['isIpv4InSubnet', ['192.0.2.1', '192.0.2.0/24'], true],
    ['isIpv4InSubnet', ['2001:db8::1', '2001:db8::/32'], false],
    ['isIpv6InSubnet', ['2001:db8::1', '2001:db8::/32'], true],
    ['isIpv6InSubnet', ['::ffff:192.0.2.1', '::ffff:0:0/96'], true],
    ['ipv4ToNumber', ['192.0.2.1'], 3_221_225_985],
    ['ipv4ToNumber', ['::1'], null],
    ['isPrivateIP', ['10.1.2.3'], true],
    ['isPrivateIP', ['172.31.255.255'], true],
    ['isPrivateIP', ['172.32.0.0'], false],
    ['isPublicIP', ['8.8.8.8'], true],
    ['isPublicIP', ['192.168.1.1'], false],
    ['isPublicIP', ['127.0.0.1'], false],
    ['isPublicIP', ['2606:4700::1'], true],
    ['isPublicIP', ['x'], false],
    ['isReservedIP', ['127.0.0.1'], true],
    ['isReservedIP', ['240.0.0.1'], true],
    ['isReservedIP', ['fe80::1'], true],
    ['isReservedIP', ['8.8.8.8'], false],
  ]);
});

describe('string functions', () => {
  table([
    ['isempty', [''], 1],
    ['isempty', [null], 1],
    ['isempty', [' '], 0],
    ['isblank', [' \t'], 1],
    ['isblank', ['x'], 0],
    ['concat', ['a', 1, 'b'], 'a1b'],
    ['ltrim', ['  a '], 'a '],
    ['rtrim', [' a  '], ' a'],
    ['trim', [' a '], 'a'],
    ['ltrim', ['xyZxyfooxyZ', 'xyZ'], 'fooxyZ'],
    ['rtrim', ['xyZfooxyxyZ', 'xyZ'], 'xyZfoo'],
    ['trim', ['xyZxyfooxyxyZ', 'xyZ'], 'foo'],
    ['trim', [' x ', 'x'], ' x '],
    ['trim', ['x', null], null],
    ['trim', ['😀a😀', '😀'], 'a'],
    ['strlen', ['é😀'], 2],
    ['strlen', ['abc'], 3],
    ['toupper', ['aß'], 'ASS'],
    ['tolower', ['ÀB'], 'àb'],
    ['toupper', [map], null],
    ['substr', ['xyZfooxyZ', 3, 3], 'foo'],
    ['substr', ['xyZfooxyZ', 3], 'fooxyZ'],
    ['substr', ['a😀b', 1, 1], '😀'],
    ['substr', ['abc', -1], 'abc'],
    ['substr', ['abc', 1, -1], ''],
    ['substr', ['abc', 'x'], null],
    ['replace', ['a.b.c', '.', '$&'], 'a$&b$&c'],
    ['replace', ['abc', '', 'x'], 'abc'],
    ['regexReplace', ['a1b22', '(\\d+)', '<\\1>'], 'a<1>b<22>'],
    ['regexReplace', ['abc', '(?<x>b)', '[${x}$1$$\\\\\\0]'], 'a[bb$\\b]c'],
    ['regexReplace', ['a😀b', '', '-'], '-a-😀-b-'],
    ['regexReplace', ['abc', 'b', '\\1${none}'], 'a\\1c'],
    ['regexReplace', ['abc', '(', 'x'], null],
    ['strcontains', ['Hello', 'ell'], 1],
    ['strcontains', ['Hello', 'hell'], 0],
    ['strcontains', ['Hello', 'hell', true], 1],
    ['strcontains', [null, 'x'], 0],
    ['startsWith', ['Hello', 'He'], 1],
    ['endsWith', ['Hello', 'lo'], 1],
    ['endsWith', ['Hello', 'He'], 0],
    ['urlencode', ['a b&é'], 'a%20b%26%C3%A9'],
    ['urldecode', ['a%20b+c'], 'a b c'],
    ['urldecode', ['%zz'], null],
    ['base64encode', ['é'], 'w6k='],
    ['base64decode', ['w6k='], 'é'],
    ['base64decode', ['?'], null],
    ['split', ['a,b,,c', ','], ['a', 'b', '', 'c']],
    ['hexToAscii', ['48656c6c6f'], 'Hello'],
    ['hexToAscii', ['486'], null],
    ['hexToDec', ['0xff'], 255],
    ['hexToDec', ['-FF'], -255],
    ['hexToDec', ['0xffffffffffffffff'], '18446744073709551615'],
    ['hexToDec', ['xyz'], null],
    ['decToHex', [255], '0xff'],
    ['decToHex', [-255.9], '-0xff'],
    ['decToHex', ['18446744073709551615'], '0xffffffffffffffff'],
    ['decToHex', ['x'], null],
    ['decToHex', [list], null],
  ]);

  it('not documented: concat leaves missing parts out', () => {
    expect(call('concat', 'a', null, 'b')).to.equal('ab');
    expect(call('concat', null, list)).to.equal(null);
  });

  it('gives null in place of a text that would fill the memory', () => {
    const long = 'a'.repeat(1_048_576);
    expect(call('replace', long, 'a', 'bbbbbbbb')).to.equal(null);
    expect(call('regexReplace', long, 'a', 'bbbbbbbb')).to.equal(null);
    expect(call('concat', long, long, long, long, 'x')).to.equal(null);
  });
});

describe('date functions', () => {
  // 2024-05-19 06:10:16.682, a Sunday.
  const moment = new Timestamp(1_716_099_016_682);
  const round = (name: string, period: string) => formatValue(call(name, moment, period));

  it('bin truncates @timestamp to every unit', () => {
    const bins: [string, string][] = [
      ['10ms', '2024-05-19 06:10:16.680'],
      ['5s', '2024-05-19 06:10:15.000'],
      ['5m', '2024-05-19 06:10:00.000'],
      ['1hr', '2024-05-19 06:00:00.000'],
      ['2 hours', '2024-05-19 06:00:00.000'],
      ['1d', '2024-05-19 00:00:00.000'],
      ['1week', '2024-05-13 00:00:00.000'],
      ['1mo', '2024-05-01 00:00:00.000'],
      ['1q', '2024-04-01 00:00:00.000'],
      ['1y', '2024-01-01 00:00:00.000'],
      ['6months', '2024-01-01 00:00:00.000'],
    ];
    for (const [period, start] of bins) expect(round('bin', period), period).to.equal(start);
  });

  it('bin caps the count of its unit', () => {
    expect(round('bin', '300s')).to.equal('2024-05-19 06:10:00.000');
    expect(round('bin', '60s')).to.equal('2024-05-19 06:10:00.000');
    expect(round('bin', '5000ms')).to.equal('2024-05-19 06:10:16.000');
    expect(round('bin', '90m')).to.equal(round('bin', '60m'));
    expect(round('bin', '48h')).to.equal(round('bin', '24h'));
  });

  it('dateceil rounds up, and leaves a start where it is', () => {
    expect(round('dateceil', '1h')).to.equal('2024-05-19 07:00:00.000');
    expect(round('dateceil', '1mo')).to.equal('2024-06-01 00:00:00.000');
    const start = new Timestamp(Date.UTC(2024, 4, 1));
    expect(call('dateceil', start, '1mo')).to.deep.equal(start);
    expect(call('datefloor', '2024-05-19T06:10:16Z', '1h')).to.deep.equal(
      new Timestamp(Date.UTC(2024, 4, 19, 6)),
    );
  });

  table([
    ['bin', [null, '5m'], null],
    ['bin', [new Timestamp(0), 'x'], null],
    ['bin', [new Timestamp(0), '0m'], null],
    ['bin', [new Timestamp(0), null], null],
    ['bin', ['2024', 'x'], null],
    ['fromMillis', [5], new Timestamp(5)],
    ['fromMillis', ['x'], null],
    ['fromMillis', [9e15], null],
    ['toMillis', [new Timestamp(7)], 7],
    ['toMillis', ['2022-01-14T13:18:31.000-08:00'], 1_642_195_111_000],
    ['toMillis', ['2024-05-19 06:10:16.682'], 1_716_099_016_682],
    ['toMillis', ['2024-13-19'], null],
    ['toMillis', [list], null],
    ['now', [], 1_716_099_016],
  ]);
});

describe('parseDate', () => {
  const parse = (text: Value, pattern: string, ...zone: string[]) =>
    call('parseDate', text, pattern, ...zone);

  it('reads Java patterns', () => {
    const dates: [string, string, number][] = [
      ['2024-05-19', 'yyyy-MM-dd', Date.UTC(2024, 4, 19)],
      ['2024-05-19T06:10:16.682Z', "yyyy-MM-dd'T'HH:mm:ss.SSSX", 1_716_099_016_682],
      ['2024-05-19T06:10:16+02:00', "yyyy-MM-dd'T'HH:mm:ssXXX", Date.UTC(2024, 4, 19, 4, 10, 16)],
      ['20240519061016', 'yyyyMMddHHmmss', Date.UTC(2024, 4, 19, 6, 10, 16)],
      ['20240519061016682', 'yyyyMMddHHmmssSSS', 1_716_099_016_682],
      ['19/May/2024:06:10:16 +0000', 'dd/MMM/yyyy:HH:mm:ss Z', Date.UTC(2024, 4, 19, 6, 10, 16)],
      ['Sunday, May 9, 2024 6:05 PM', 'EEEE, MMMM d, yyyy h:mm a', Date.UTC(2024, 4, 9, 18, 5)],
      ['5/9/24 12:00 am', 'M/d/yy hh:mm a', Date.UTC(2024, 4, 9)],
      ['2024-140', 'yyyy-DDD', Date.UTC(2024, 4, 19)],
      ['2024-05', 'yyyy-MM', Date.UTC(2024, 4, 1)],
      ['2024-05-19', "yyyy-MM-dd[' 'HH:mm]", Date.UTC(2024, 4, 19)],
      ['2024-05-19 10:30', "yyyy-MM-dd[' 'HH:mm]", Date.UTC(2024, 4, 19, 10, 30)],
      ["2024 o'clock 24", "yyyy 'o''clock' HH", Date.UTC(2024, 0, 1)],
      ['2024-05-19 06:10 America/New_York', 'yyyy-MM-dd HH:mm VV', Date.UTC(2024, 4, 19, 10, 10)],
      ['2024-05-19 GMT+3', 'yyyy-MM-dd O', Date.UTC(2024, 4, 18, 21)],
      ['0044-03-15 BC', 'yyyy-MM-dd G', Date.parse('-000043-03-15T00:00:00Z')],
    ];
    for (const [text, pattern, millis] of dates) expect(parse(text, pattern), pattern).to.equal(millis);
  });

  it('takes a zone for dates that name none', () => {
    expect(parse('2024-05-19 02:10', 'yyyy-MM-dd HH:mm', 'America/New_York')).to.equal(
      Date.UTC(2024, 4, 19, 6, 10),
    );
    expect(parse('2024-05-19 02:10', 'yyyy-MM-dd HH:mm', '+05:30')).to.equal(Date.UTC(2024, 4, 18, 20, 40));
    expect(parse('2024-05-19', 'yyyy-MM-dd', 'Nowhere/City')).to.equal(null);
  });

  it('moves a time that daylight saving leaves out on, and takes the earlier of two', () => {
    const zone = 'Europe/Berlin';
    expect(parse('2024-03-31 02:30', 'yyyy-MM-dd HH:mm', zone)).to.equal(Date.UTC(2024, 2, 31, 1, 30));
    expect(parse('2024-10-27 02:30', 'yyyy-MM-dd HH:mm', zone)).to.equal(Date.UTC(2024, 9, 27, 0, 30));
  });

  it('resolves the 31st of a shorter month to its last day', () => {
    expect(parse('2024-02-31', 'yyyy-MM-dd')).to.equal(Date.UTC(2024, 1, 29));
  });

  it('is null for text or patterns that are wrong', () => {
    const wrong: [Value, string][] = [
      ['2024-05-32', 'yyyy-MM-dd'],
      ['2024-13-01', 'yyyy-MM-dd'],
      ['2024-00-01', 'yyyy-MM-dd'],
      ['2024-05-19x', 'yyyy-MM-dd'],
      ['2024-05', 'yyyy-MM-dd'],
      ['24 Foo', 'yy MMM'],
      ['10:00', 'HH:mm'],
      ['2024 12', 'yyyy SSS'],
      ['2024 +1', 'yyyy Z'],
      ['2024', 'yyyy]'],
      ['2024', "yyyy'"],
      ['2024', 'yyyy{'],
      ['2024', 'yyyyMMMMM'],
      ['2024', 'yyyyb'],
      ['2024', 'yyyy EEEEE'],
      ['2024', 'yyyy SSSSSSSSSS'],
      ['2024', 'yyyy mmm'],
      [null, 'yyyy'],
    ];
    for (const [text, pattern] of wrong) expect(parse(text, pattern), pattern).to.equal(null);
  });
});

describe('formatDate', () => {
  const moment = new Timestamp(1_716_099_016_682);
  const format = (pattern: string, ...zone: string[]) => call('formatDate', moment, pattern, ...zone);

  it('knows the specifiers of strftime', () => {
    expect(format('%Y-%m-%d %H:%M:%S.%L %z %Z')).to.equal('2024-05-19 06:10:16.682 +0000 UTC');
    expect(format('%F %T %D %R %r')).to.equal('2024-05-19 06:10:16 05/19/24 06:10 06:10:16 AM');
    expect(format('%a %A %b %B %h %j %u %w %U %W %V %G %g %C %y')).to.equal(
      'Sun Sunday May May May 140 7 0 20 20 20 2024 24 20 24',
    );
    expect(format('%c|%x|%X')).to.equal('Sun May 19 06:10:16 2024|05/19/24|06:10:16');
    expect(format('%e %k %l %I %p %P %s %f %N')).to.equal('19  6  6 06 AM am 1716099016 682000 682000000');
    expect(format('%-m/%-d %-H 100%% %n%t%Q')).to.equal('5/19 6 100% \n\t%Q');
  });

  it('formats in a time zone', () => {
    expect(format('%Y-%m-%d %H:%M %z', 'America/New_York')).to.equal('2024-05-19 02:10 -0400');
    expect(format('%H:%M %z', '+05:30')).to.equal('11:40 +0530');
    expect(format('%H:%M', 'UTC-8')).to.equal('22:10');
    expect(format('%H', 'Nowhere')).to.equal(null);
    expect(format('%H', '+19:00')).to.equal(null);
  });

  it('is null without a moment or pattern, and also named strftime', () => {
    expect(call('formatDate', null, '%Y')).to.equal(null);
    expect(call('formatDate', moment, null)).to.equal(null);
    expect(call('strftime', '1716099016682', '%Y')).to.equal('2024');
    expect(call('strftime', 8.64e15, '%Y', '+10:00')).to.equal(null);
  });
});

describe('scalarFunctions', () => {
  it('never throws, whatever the arguments', function () {
    this.timeout(120_000);
    const value: fc.Arbitrary<Value> = fc.oneof(
      fc.constantFrom<Value>(
        null,
        true,
        '5m',
        '%Y',
        'yyyy-MM-dd',
        '192.0.2.0/24',
        list,
        map,
        new Timestamp(0),
      ),
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.integer().map((millis) => new Timestamp(millis)),
    );
    const names = [...scalarFunctions.keys()];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(value, { minLength: 4, maxLength: 21 }),
        (name, args) => {
          const scalar = scalarFunctions.get(name)!;
          const count = Math.min(args.length, scalar.maxArgs + (scalar.takesTimestamp ? 1 : 0));
          const result = scalar.evaluate(args.slice(0, count), context);
          if (typeof result === 'number')
            expect(Number.isFinite(result) || args.includes(result)).to.equal(true);
          expect(() => formatValue(result)).to.not.throw();
        },
      ),
      { seed: 7, numRuns: 3000 },
    );
  });
});
