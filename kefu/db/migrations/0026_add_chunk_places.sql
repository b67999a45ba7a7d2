-- Where the text of a chunk stands on the pages of its document: start, end, page and the edges
-- (in 1/10000 of the page) of each line, one behind another. Null in formats without fixed pages.
alter table chunks add column places int[];
