export default {
  testMatch: ['**/*.jest.mjs'],
  transform: {},
  moduleFileExtensions: ['mjs', 'js', 'json'],
};
