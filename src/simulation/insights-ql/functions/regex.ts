/** Regular expressions of the query language and of filter patterns: see `regex/regex.ts`. */
export { compileRegex, RegexError, type CompiledRegex, type RegexMatch } from './regex/regex.js';
