-- What in a document gives away text that addresses a model (kefu.safety), for reports.
alter table documents add column signs text[] not null default '{}';
