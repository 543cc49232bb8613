-- SPDX-License-Identifier: MIT
-- Lists by clicks are put in order by the columns of figures, as those by last click are. The index for the top of them was
-- meant for few links; where most have as many clicks, it was what a fold spent most on.
DROP INDEX link_stat_clicks;
