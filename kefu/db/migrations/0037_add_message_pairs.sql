-- All pairs of characters that stand side by side in a text, so that an index finds any part of it of
-- two characters or more, in Chinese as in English. (pg_trgm needs three, and is not there everywhere.)
create function text_pairs(given text) returns text[]
    language sql immutable strict parallel safe cost 1000 as $$
    select coalesce(array_agg(distinct pair), '{}') from (
        select (letter || lead(letter) over (order by place)) collate "C" as pair
        from unnest(string_to_array(lower(given), null)) with ordinality as letters (letter, place)
    ) as pairs
    where pair is not null and strpos(pair, ' ') = 0
$$;
create index messages_by_pairs on messages using gin (text_pairs(text));
