-- SPDX-License-Identifier: MIT
-- What folds counted of links and have not brought home to link_stat and link_day yet (docs/decisions/0028). A row is of one
-- fold and of the links of one part, 4,096 by id.
CREATE TABLE link_gain (
    id INTEGER PRIMARY KEY,                        -- part << 32, and then 0, 1, 2 ... in order of time
    links INTEGER NOT NULL,                        -- in this row and in those of the part before it
    numbers BLOB NOT NULL,                         -- include/linkpond/store/gains.h
    days BLOB NOT NULL
) STRICT;
