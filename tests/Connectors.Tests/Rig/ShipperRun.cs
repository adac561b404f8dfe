using System.Text;
using SqlStream.Connectors.FileSystem;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Files;
using SqlStream.Core.Time;
using SqlStream.Testing;
using FileOptions = SqlStream.Connectors.FileSystem.FileOptions;

namespace SqlStream.Connectors.Tests;

/// <summary>Delivers epochs through the file shipper as a job does: every attempt has a higher incarnation, reads the
/// marker, and delivers what is missing. A consumer may take visible files at any time; what it ever saw must not
/// change.</summary>
sealed class ShipperRun(
    IDurableDirectory directory, IReadOnlyList<TextSegment[]> epochs, string header = "", int rollBytes = 40)
{
    /// <summary>The frames hold partitions, which are declared complete in that way.</summary>
    public PartitionCommit? Commit { get; set; }

    /// <summary>The frames hold partitions.</summary>
    public bool IsPartitioned { get; init; }

    /// <summary>What INSERT OVERWRITE takes away; null for INSERT INTO.</summary>
    public FileReplacement? Replacement { get; init; }

    static readonly FileOptions _defaults = FileOptions.Read(Table.Of(Table.Columns(), ("path", "/sim")));

    readonly Dictionary<string, string> _seen = [];
    long _incarnation;

    public ManualClock Clock { get; } = new();

    public const string JobId = "0123456789abcdef0123456789abcdef";

    /// <summary>Decides after each step whether the consumer takes what it sees.</summary>
    public Func<bool> Takes { get; init; } = () => false;

    public static SinkMarker Marker(long epoch, int segments, long incarnation) =>
        new(new Epoch(epoch), new SinkPosition(segments, 0), true, incarnation, $"digest {epoch}");

    public RollingFileShipper CreateShipper() => new(
        directory, new ShipperContext(JobId, "t", Clock), _defaults with { RollBytes = rollBytes, Commit = Commit }, "json",
            Encoding.UTF8.GetBytes(header), IsPartitioned, Replacement);

    /// <summary>One attempt from fencing to the end. Failures that can be retried are, up to
    /// a number of times.</summary>
    public void Attempt(int retries = 3)
    {
        using var shipper = CreateShipper();
        _incarnation++;
        Retrying(() => shipper.Fence(_incarnation, default), ref retries);
        SinkMarker? marker = null;
        Retrying(() => marker = shipper.ReadMarker(default), ref retries);
        // A file may become old before anything is delivered again.
        if (_incarnation > 1)
            Clock.Advance(TimeSpan.FromSeconds(61));
        Retrying(() => shipper.Tick(default), ref retries);
        Consume();
        for (var i = 0; i < epochs.Count; i++)
        {
            var epoch = i + 1;
            if (marker is not null && marker.Epoch.Value >= epoch)
                continue;
            Retrying(() => shipper.Ship(
                epochs[i], SinkPosition.Start, Marker(epoch, epochs[i].Length, _incarnation), default), ref retries);
            Consume();
            Clock.Advance(TimeSpan.FromSeconds(25));
            Retrying(() => shipper.Tick(default), ref retries);
            Consume();
        }
        Retrying(() => shipper.Finish(default), ref retries);
        Consume();
    }

    /// <summary>All rows of a partition that ever became visible, in the order of the files' numbers.</summary>
    public string VisibleRows(string partition = "")
    {
        Consume();
        return string.Concat(_seen
            .Where(file => Path.GetDirectoryName(file.Key) == partition)
            .OrderBy(file => long.Parse(file.Key.Split('-')[2], System.Globalization.CultureInfo.InvariantCulture))
            .Select(file => file.Value));
    }

    /// <summary>Looks at the visible files; what was visible before must be as it was.</summary>
    public void Consume()
    {
        foreach (var name in directory.List("").Where(name => Path.GetFileName(name).StartsWith("part-", StringComparison.Ordinal)))
        {
            var content = Encoding.UTF8.GetString(directory.Read(name)!);
            Assert.StartsWith(header, content, StringComparison.Ordinal);
            content = content[header.Length..];
            Assert.EndsWith("\n", content, StringComparison.Ordinal);
            if (_seen.TryGetValue(name, out var before))
                Assert.Equal(before, content);
            _seen[name] = content;
            if (Takes())
                directory.Delete(name);
        }
    }

    static void Retrying(Action action, ref int retries)
    {
        while (true)
        {
            try
            {
                action();
                return;
            }
            catch (ExternalException e) when (e.Retry != Retry.Never && retries-- > 0)
            {
                // The disk has room again.
            }
        }
    }
}
