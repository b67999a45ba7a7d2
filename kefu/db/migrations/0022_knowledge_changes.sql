-- When anything of a document that decides answers was changed last: its text, its name, who may read
-- it, how sensitive it is, or that it was withdrawn.
alter table documents add column changed_at timestamptz not null default now();
update documents set changed_at = greatest(updated_at, withdrawn_at);
create index documents_by_change on documents (base_id, changed_at);
