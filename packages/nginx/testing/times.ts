/** How many times as much a property or a repetition is asked for: `FAIRLEAD_TEST_TIMES=50 npm test -- unit` for a search, 1 for every day. */
export const times = Math.max(1, Math.trunc(Number(process.env.FAIRLEAD_TEST_TIMES ?? 1)) || 1);
