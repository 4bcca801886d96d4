"""Files of parts, from what a shop has on its disk to rows of its stock, and back.

    reading   what kind of file it is; its rows as cells (csv_files, xlsx_files, xls_files)
    headers   which row holds the headers, and which column is meant by which field
    fields    what a file can say about a part
    values    from a cell to a value, or to what is wrong with it (issues)
    staging   the rows of a file, checked, into `ImportRow`; what only the whole file shows
    loading   rows into parts, numbers, bins and opening stock, a step at a time
    undoing   an import taken back, a step at a time
    exporting parts into files

Nothing here opens a transaction: the acts in `inventory.actions.importing` do.
"""
