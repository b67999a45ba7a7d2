-- How much visitors did whom nobody knows. Until when it is paid for: a visitor may go on while that
-- lies less than a window ahead (GCRA, ITU-T I.371). Lost in a crash, and begun anew then.
create unlogged table visitor_limits (
    key        text primary key,
    paid_until timestamptz not null
);
create index visitor_limits_by_time on visitor_limits (paid_until);
