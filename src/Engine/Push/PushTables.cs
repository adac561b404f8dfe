using SqlStream.Core.Columns;
using SqlStream.Core.Connect;

namespace SqlStream.Engine.Push;

/// <summary>The push tables of an engine by name and form. Thread-safe.</summary>
sealed class PushTables(ColumnPool pool, TimeProvider clock) : IDisposable
{
    readonly Lock _lock = new();
    readonly Dictionary<string, PushTable> _tables = [];

    /// <summary>The table; the same one for the same name and form.</summary>
    public PushTable Get(ConnectorTable table, long rowsMax)
    {
        lock (_lock)
        {
            var key = Key(table, table.Name);
            if (!_tables.TryGetValue(key, out var known))
                _tables[key] = known = new PushTable(table.Name, table.Schema, rowsMax, pool, clock.GetUtcNow().UtcTicks);
            return known;
        }
    }

    /// <summary>Takes the rows away; who writes or reads hears of it.</summary>
    public void Drop(ConnectorTable table)
    {
        PushTable? known;
        lock (_lock)
            _tables.Remove(Key(table, table.Name), out known);
        known?.Remove(isClosed: false);
    }

    /// <summary>Gives the table another name.</summary>
    public void Rename(ConnectorTable table, string name)
    {
        lock (_lock)
        {
            if (_tables.Remove(Key(table, table.Name), out var known))
                _tables[Key(table, name)] = known;
        }
    }

    public void Dispose()
    {
        List<PushTable> tables;
        lock (_lock)
            tables = [.. _tables.Values];
        tables.ForEach(table => table.Dispose());
    }

    static string Key(ConnectorTable table, string name) => $"{name}\n{table.Schema}";
}
