-- The vectors of the questions of cases, so that a change of the knowledge is held against thousands
-- of them without embedding any again: four bytes a number, little end first, as the embedder gave
-- them.
create table evaluation_question_vectors (
    digest   text not null,
    embedder text not null,
    vector   bytea not null,
    primary key (digest, embedder)
);
