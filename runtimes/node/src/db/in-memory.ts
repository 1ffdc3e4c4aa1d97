/** As `DATA_DIR`: nothing is kept. For tests. */
export const IN_MEMORY = 'memory:';
