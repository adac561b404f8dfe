namespace SqlStream.State;

/// <summary>Adds up the bytes of entries that come in order of their tables.</summary>
sealed class TableTally
{
    readonly List<TableBytes> _tables = [];
    int _table = -1;
    long _bytes;

    /// <summary>An entry.</summary>
    public void Add(int table, int keyBytes, int valueBytes)
    {
        if (table != _table)
            Turn(table);
        _bytes += keyBytes + Math.Max(0, valueBytes);
    }

    /// <summary>The sums.</summary>
    public IReadOnlyList<TableBytes> Finish()
    {
        Turn(-1);
        return _tables;
    }

    void Turn(int table)
    {
        if (_table >= 0)
            _tables.Add(new TableBytes((ushort)_table, _bytes));
        (_table, _bytes) = (table, 0);
    }
}
