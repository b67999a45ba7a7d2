create table noise_floors (
    base_id int not null references knowledge_bases on delete cascade,
    question_language text not null,
    chunk_language text not null,
    embedder text not null,
    chunk_count bigint not null,
    similarity real not null,
    primary key (base_id, question_language, chunk_language)
);
