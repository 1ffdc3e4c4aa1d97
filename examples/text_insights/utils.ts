/*
 * Functions that several files of this module use, such as one that prepares a text for the provider.
 */
export {};
