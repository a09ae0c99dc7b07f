// Lint: type-aware rules, Pulumi's own two, and the import directions of the design (core <- remote <- components <- lab).
import pulumi from '@pulumi/eslint-plugin';
import tseslint from 'typescript-eslint';

const forbid = (rooms, why) => ({
  'no-restricted-imports': ['error', { patterns: [{ regex: `^(\\.\\./)+(${rooms.join('|')})(/|$)`, message: why }] }],
});

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      'coverage/**',
      '**/*.mjs',
      'test/engine/fixtures/**',
      'examples/**',
      'vitest.config.ts',
    ],
  },
  ...tseslint.configs.recommended,
  {
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './tsconfig.test.json'], tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@pulumi': pulumi },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@pulumi/no-output-in-template-literal': 'error',
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['core/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(\\.\\./)+(remote|components|policy|lab|test|bench)(/|$)',
              message: 'core imports nothing of the other rooms',
            },
            {
              regex: '^node:|^@pulumi/|^ssh2$|^execa$|^(fs|child_process|net|os|path|crypto)$',
              message: 'core is pure: no effects',
            },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'fetch', 'setTimeout', 'setInterval'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'the clock is an argument' },
        { object: 'Math', property: 'random', message: 'randomness is an argument' },
      ],
    },
  },
  {
    files: ['remote/**/*.ts'],
    rules: forbid(['components', 'policy', 'lab', 'test', 'bench'], 'remote imports core only'),
  },
  {
    files: ['components/**/*.ts'],
    rules: forbid(['remote', 'policy', 'lab', 'test', 'bench'], 'components import core only'),
  },
  {
    files: ['policy/**/*.ts'],
    rules: forbid(['remote', 'components', 'lab', 'test', 'bench'], 'policy imports core only'),
  },
  { files: ['lab/**/*.ts'], rules: forbid(['policy', 'test', 'bench'], 'lab imports core, remote and components') },
);
