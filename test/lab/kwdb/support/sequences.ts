// What the source of KWDB says of sequences (pkg/sql/sequence.go, sequence_select.go, its logic test `sequences`), which no recording has: asked of the stand-in always,
// and of a real one where one is at hand. What a backup keeps of a sequence rests on it.

export interface SequenceCase {
  readonly statement: string;
  /** The first row; or the words of the error. */
  readonly says: string | RegExp;
}

/** In the database `database`, in this order. */
export function sequenceCases(database: string): readonly SequenceCase[] {
  const [up, down] = [`${database}.up`, `${database}.down`];
  const options = 'MINVALUE 10 MAXVALUE 12 INCREMENT 1 START 10';
  return [
    { statement: `SHOW CREATE ${up}`, says: `up\tCREATE SEQUENCE up ${options}` },
    { statement: `SELECT last_value FROM ${up}`, says: '9' },
    { statement: `SELECT setval('${up}', 9)`, says: /value 9 is out of bounds for sequence "up" \(10\.\.12\)/ },
    { statement: `SELECT nextval('${up}')`, says: '10' },
    { statement: `SELECT last_value FROM "${database}"."up"`, says: '10' },
    { statement: `SELECT setval('"${database}"."up"', 11)`, says: '11' },
    { statement: `SELECT nextval('${up}')`, says: '12' },
    { statement: `SELECT nextval('${up}')`, says: /reached maximum value of sequence "up" \(12\)/ },
    // Beyond its bounds: raw.
    { statement: `SELECT last_value FROM ${up}`, says: '13' },
    { statement: `SELECT nextval('${down}')`, says: '-1' },
    { statement: `SELECT nextval('${down}')`, says: '-3' },
    { statement: `SELECT last_value FROM ${down}`, says: '-3' },
  ];
}

export const makeSequences = (database: string): readonly string[] => [
  `CREATE DATABASE ${database}`,
  `CREATE SEQUENCE ${database}.up MINVALUE 10 MAXVALUE 12`,
  `CREATE SEQUENCE ${database}.down INCREMENT BY -2`,
];
