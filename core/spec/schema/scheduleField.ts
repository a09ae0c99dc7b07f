// A schedule as it is written: its forms are checked by core/backup/schedule.
export const schedule = { type: 'string', minLength: 1 } as const;
