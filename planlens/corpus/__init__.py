"""Many plans at once: read into Parquet, kept up to date, and asked as two plans are.

schema.py      the four tables and what every column means
rows.py        a plan as rows of them, and rows as the plan again
build.py       files to parts of Parquet: only what is new or changed, on all cores, to be broken off at any moment
sources.py     the files of folders and lists, with what catalogues say of them
reading.py     one file to rows, or why not
earlier.py     what builds before have read
parts.py       plans to ids and parts
scheduler.py   where the work is done: this process, a pool of processes, a cluster
store.py       a corpus opened: tables, single plans, SQL
kernel.py      the k greatest products of rows of a sparse matrix, the same from three libraries
join.py        the nearest statements of other plans, of every statement
judge.py       how probable it is that two of them correspond
overlap.py     which commitments stand in several plans
themes.py      what places have in common and who had it first
track.py       one indicator over places and years
search.py      words or a sentence in all plans
tables.py      these four answers as tables and as JSON
"""
