using System.Security.Cryptography;
using System.Text;
using SqlStream.Core.Connect;

namespace SqlStream.Engine.Memory;

/// <summary>The memory tables of an engine by name and form, and the files that bring their rows back after a restart: one for each
/// job and sink below <c>memory/</c> of the data directory. Thread-safe.</summary>
/// <remarks>The rows belong to the job that wrote them. A run that goes on has the same jobs and finds its rows; a new run has new
/// ones and begins with empty tables.</remarks>
/// <param name="dataDirectory">Where the files are.</param>
/// <param name="clock">The clock.</param>
/// <param name="keepsAll">A table has the rows of all jobs of the past from its first use on.</param>
sealed class MemoryTables(string dataDirectory, TimeProvider clock, bool keepsAll = false)
{
    readonly Lock _lock = new();
    readonly Dictionary<string, Known> _tables = [];

    /// <summary>The table; the same one for the same name and form.</summary>
    public MemoryTableHandle Get(ConnectorTable table)
    {
        lock (_lock)
        {
            var key = Key(table, table.Name);
            if (!_tables.TryGetValue(key, out var known))
            {
                _tables[key] = known = new Known(new MemoryTable(!table.PrimaryKey.IsEmpty, clock), Directory(key));
                if (keepsAll)
                    Restore(known, "*");
            }
            return new MemoryTableHandle(known.Table, (job, sink) => Log(known, job, sink), log => Replace(known, log));
        }
    }

    /// <summary>Brings back the rows that a job wrote before a restart, into the tables that are known now.</summary>
    public void Restore(string jobId)
    {
        List<Known> tables;
        lock (_lock)
            tables = [.. _tables.Values];
        foreach (var known in tables)
            Restore(known, $"{jobId}-*");
    }

    static void Restore(Known known, string jobs)
    {
        if (!System.IO.Directory.Exists(known.Directory))
            return;
        foreach (var file in System.IO.Directory.GetFiles(known.Directory, jobs + ".rows"))
            Log(known, System.IO.Path.GetFileName(file));
    }

    /// <summary>Takes the rows away, here and in the files. Whoever has the table keeps it: REPLACE TABLE has planned its job with it.</summary>
    public void Drop(ConnectorTable table)
    {
        Known? known;
        lock (_lock)
        {
            var key = Key(table, table.Name);
            if (!_tables.TryGetValue(key, out known))
                known = new Known(new MemoryTable(false, clock), Directory(key));
        }
        lock (known.Logs)
            known.Logs.Clear();
        known.Table.Clear();
        if (System.IO.Directory.Exists(known.Directory))
            System.IO.Directory.Delete(known.Directory, recursive: true);
    }

    /// <summary>Gives the table another name. Jobs that write it go on writing it.</summary>
    public void Rename(ConnectorTable table, string name)
    {
        lock (_lock)
        {
            if (_tables.Remove(Key(table, table.Name), out var known))
                _tables[Key(table, name)] = known;
        }
    }

    MemoryLog Log(Known known, string jobId, string sinkId) => Log(known, $"{jobId}-{Digest(sinkId)}.rows");

    // The rows of a file get into the table once, when it is opened first.
    static MemoryLog Log(Known known, string name)
    {
        lock (known.Logs)
        {
            if (!known.Logs.TryGetValue(name, out var log))
            {
                known.Logs[name] = log = MemoryLog.Open(known.Directory, name, known.Table.IsKeyed, out var changes);
                if (!log.Replaces)
                    known.Table.Apply(changes);
                else if (log.ReplacedAt is not null)
                    Replace(known, log);
            }
            return log;
        }
    }

    // What was written into the table after it was overwritten, by whichever sink, comes on top.
    static void Replace(Known known, MemoryLog log)
    {
        lock (known.Logs)
        {
            var later = known.Logs.Values.Where(other => other != log && !other.Replaces).SelectMany(other => other.Changes());
            known.Table.Replace(log.ReplacedAt!.Value, log.Changes(), later);
        }
    }

    static string Key(ConnectorTable table, string name) => $"{name}\n{table.Schema}\n{string.Join(",", (IEnumerable<int>)table.PrimaryKey)}";

    string Directory(string key) => System.IO.Path.Combine(dataDirectory, "memory", Digest(key));

    static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];

    sealed record Known(MemoryTable Table, string Directory)
    {
        public Dictionary<string, MemoryLog> Logs { get; } = [];
    }
}

/// <summary>A table as its sources and sinks hold it.</summary>
/// <param name="Table">The rows.</param>
/// <param name="Log">Opens the file of a job (id) and sink (id); what it holds is in the table then.</param>
/// <param name="Replace">Puts the rows of a file into the place of all others.</param>
sealed record MemoryTableHandle(MemoryTable Table, Func<string, string, MemoryLog> Log, Action<MemoryLog> Replace);
