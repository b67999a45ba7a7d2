create extension if not exists vector;

create table knowledge_bases (
    id int generated always as identity primary key,
    name text not null unique,
    embedder text,
    dimensions int,
    chunk_count bigint not null default 0,
    length_sum bigint not null default 0,
    weighted_length real,
    created_at timestamptz not null default now()
);

create table sources (
    id int generated always as identity primary key,
    base_id int not null references knowledge_bases on delete cascade,
    uri text not null,
    audience text not null default 'public',
    created_at timestamptz not null default now(),
    ingested_at timestamptz,
    unique (base_id, uri)
);

create table files (
    id bigint generated always as identity primary key,
    base_id int not null references knowledge_bases on delete cascade,
    source_id int not null references sources on delete cascade,
    path text not null,
    size_bytes bigint not null,
    modified_ns bigint not null,
    checksum text,
    problem text,
    ingested_at timestamptz not null default now(),
    unique (base_id, path)
);
create index files_by_source on files (source_id);

create table documents (
    id bigint generated always as identity primary key,
    base_id int not null references knowledge_bases on delete cascade,
    file_id bigint not null references files on delete cascade,
    key text not null,
    uri text not null,
    external_id text,
    title text not null,
    format text not null,
    language text not null,
    audience text not null,
    checksum text not null,
    metadata jsonb not null default '{}',
    character_count int not null,
    version int not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    withdrawn_at timestamptz,
    unique (file_id, key)
);
create index documents_by_base on documents (base_id);

create table terms (
    base_id int not null references knowledge_bases on delete cascade,
    id int not null,
    chunk_count int not null,
    primary key (base_id, id) include (chunk_count)
) with (fillfactor = 80);

-- One partition a base: its own HNSW and GIN index, so that a small base beside a large one
-- is searched as if it were alone.
create sequence chunk_ids;
create table chunks (
    id bigint not null default nextval('chunk_ids'),
    base_id int not null,
    document_id bigint not null references documents on delete cascade,
    position int not null,
    heading_path text[] not null,
    text text not null,
    kind text not null,
    page int,
    token_count int not null,
    audience text not null,
    language text not null,
    digest bytea not null,
    length int not null,
    term_ids int[] not null,
    term_counts int[] not null,
    -- What search reads of every candidate stays in the row; the text moves out instead.
    term_weights sparsevec storage main not null,
    embedding halfvec storage main,
    primary key (id, base_id)
) partition by list (base_id);
create index chunks_by_document on chunks (document_id, position);
create index chunks_by_term on chunks using gin (term_ids) with (fastupdate = off);
create index chunks_waiting on chunks (id) where embedding is null;
