-- Macro fold(one, other): the product of two UBIGINT below 2^32, its upper half laid over the lower one.
CREATE TEMP MACRO fold(one, other) AS xor((one * other) >> 32, (one * other) & 4294967295)
