-- From when until when a document holds, and what all versions of it are called alike; read from
-- front matter, title and text when the file is taken in.
alter table documents
    add column series text,
    add column status text,
    add column valid_from date,
    add column valid_until date,
    add column stated_on date,
    add column supersedes text,
    add column superseded_by text;
update documents set status = lower(metadata->>'status');

create index documents_by_series on documents (base_id, series) where withdrawn_at is null;
create index documents_linked on documents (base_id)
    where withdrawn_at is null and (supersedes is not null or superseded_by is not null);
create index documents_by_title on documents (base_id, lower(title)) where withdrawn_at is null;
create index documents_by_external_id on documents (base_id, lower(external_id))
    where withdrawn_at is null;
