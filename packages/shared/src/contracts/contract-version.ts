/**
 * Version of the HTTP interface and of the channels (Semantic Versioning): the first number is raised by a change that
 * breaks a client or consumer, the second by an addition. Each event has its own version besides, in `eventContracts`.
 */
export const contractVersion = '1.0.0';
