-- Measured again when next asked for.
truncate noise_floors;
alter table noise_floors add column language_share real not null;
