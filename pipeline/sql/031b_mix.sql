-- Macro mix(one, other): a number below 2^32 by chance, made of two UBIGINT below 2^32 by three rounds of fold.
-- Guarantees: whole numbers of at most 64 bits, so equal on every host and for every version of DuckDB; takes far less
-- time than an md5.
CREATE TEMP MACRO mix(one, other) AS
fold(xor(fold(xor(fold(xor(one, 1779033703), xor(other, 3144134277)), 747796405), 3266489917), 2891336453), 2654435769)
