"""Vectors as pgvector receives them without their having to be written and read as text."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from psycopg import adapters
from psycopg.adapt import Dumper
from psycopg.pq import Format


@dataclass(frozen=True, slots=True)
class HalfVector:
    """A vector in half precision, a query's parameter of type `halfvec`."""

    values: Sequence[float] | np.ndarray


class _HalfVectorDumper(Dumper):
    """The format of pgvector's `halfvec_recv`; the server infers the type, whose oid varies."""

    format = Format.BINARY

    def dump(self, obj: HalfVector) -> bytes:
        halves = np.asarray(obj.values, dtype=">f2")
        return struct.pack(">hh", len(halves), 0) + halves.tobytes()


adapters.register_dumper(HalfVector, _HalfVectorDumper)
