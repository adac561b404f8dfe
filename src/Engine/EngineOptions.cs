using SqlStream.Core.Columns;
using SqlStream.Core.Connect;
using SqlStream.Core.Files;
using SqlStream.State.Checkpoints;

namespace SqlStream.Engine;

/// <summary>How an engine is set up.</summary>
public sealed record EngineOptions
{
    const int WorkersMax = 1024;

    /// <summary>Where jobs keep state and checkpoints; null for a temporary directory that goes with the engine.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The right to work in <see cref="DataDirectory"/>, where the program has taken it already and keeps it until the engine is disposed; null lets
    /// the engine take it, which only one engine at a time can.</summary>
    public JobLease? Lease { get; init; }

    /// <summary>No other engine can know of <see cref="DataDirectory"/>, so that no lease is taken; tests that open thousands of engines save its writes.</summary>
    public bool IsPrivateDirectory { get; init; }

    /// <summary>Worker threads; by default one a core.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Seed of RAND, UUID and new job ids; null draws one.</summary>
    public int? Seed { get; init; }

    /// <summary>Where <c>print</c> tables write.</summary>
    public TextWriter Output { get; init; } = TextWriter.Null;

    /// <summary>Where <c>print</c> tables with <c>'standard-error'</c> write.</summary>
    public TextWriter Error { get; init; } = TextWriter.Null;

    /// <summary>Where column buffers come from; tests pass a poisoning pool.</summary>
    public ColumnPool? Pool { get; init; }

    /// <summary>Connectors beside the built-in ones.</summary>
    public IReadOnlyList<IConnector> Connectors { get; init; } = [];

    /// <summary>Checks every edge of every job.</summary>
    public bool Guards { get; init; }

    /// <summary>The directories in which SQL may have files.</summary>
    public FileRoots Files { get; init; } = FileRoots.Anywhere;

    /// <summary>Memory tables have all rows that any job ever left in the data directory, not those of the jobs of one run.</summary>
    public bool KeepsMemoryTables { get; init; }

    /// <summary>CREATE FUNCTION may load classes of assemblies, whose code may do all that the process may.</summary>
    public bool AllowsAssemblies { get; init; } = true;

    /// <summary>Session options that hold until a SET.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Rows of a batch at the most; tests use less.</summary>
    public int BatchRows { get; init; } = Core.Rows.Batch.RowsMax;

    /// <summary>Batches that a channel holds; tests use 1.</summary>
    public int ChannelCapacity { get; init; } = 8;

    /// <summary>Raises what no engine can work with.</summary>
    internal void Check()
    {
        if (DataDirectory is not null && string.IsNullOrWhiteSpace(DataDirectory))
            throw EngineErrors.WrongEngineOption(nameof(DataDirectory), "a path, or null", $"\"{DataDirectory}\"");
        Check(nameof(Workers), Workers, WorkersMax);
        Check(nameof(BatchRows), BatchRows, Core.Rows.Batch.RowsMax);
        Check(nameof(ChannelCapacity), ChannelCapacity, int.MaxValue);
    }

    static void Check(string name, int value, int max)
    {
        if (value < 1 || value > max)
            throw EngineErrors.WrongEngineOption(name, max == int.MaxValue ? "at least 1" : $"from 1 to {max}", $"{value}");
    }
}
