"""Many plans at once: read into Parquet, kept up to date, and asked as two plans are.

schema.py      the four tables and what every column means
rows.py        a plan as rows of them, and rows as the plan again
build.py       files to parts of Parquet: only what is new or changed, on all cores, to be broken off at any moment
scheduler.py   where the work is done: this process, a pool of processes, a cluster
store.py       a corpus opened: tables, single plans, SQL
kernel.py      the k greatest products of rows of a sparse matrix, the same from three libraries
join.py        the nearest statements of other plans, of every statement
"""
