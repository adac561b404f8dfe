using SqlStream.Core.Connect;
using SqlStream.Core.Time;
using SqlStream.Execution.Runtime;

namespace SqlStream.Execution.Checkpoints;

/// <summary>Has the sources tell the outside how far durable checkpoints have read them. Called on the attempt's turns; the telling runs beside the job
/// and does it no harm: what cannot be told is told with a later checkpoint, and one warning says so.</summary>
sealed class SourceProgressReports(MailboxActor loop, IEdgeScheduler edge, Action<string> warn)
{
    readonly List<Report> _reports = [];

    /// <summary>Adds a source, if it tells anything.</summary>
    public void Add(SplitSource source)
    {
        if (source.Scan.Source.TellsProgress)
            _reports.Add(new Report(source.OperatorId, source.Scan.TableName, source.Scan.Source.CreateProgress()));
    }

    /// <summary>An epoch is sealed: what has ended in it is told with the first checkpoint that holds it.</summary>
    public void Sealed(EpochRound round)
    {
        foreach (var report in _reports)
        {
            foreach (var (operatorId, split, position) in round.Seals.SelectMany(seal => seal.EndedSplits))
            {
                if (operatorId == report.OperatorId)
                    report.Ended.Enqueue((round.Epoch, split, position));
            }
        }
    }

    /// <summary>The checkpoint of an epoch is durable.</summary>
    public void Published(EpochRound round)
    {
        foreach (var report in _reports)
        {
            while (report.Ended.TryPeek(out var ended) && ended.Epoch <= round.Epoch)
                report.Wanted[report.Ended.Dequeue().Split] = ended.Position;
            foreach (var (operatorId, split) in round.Seals.SelectMany(seal => seal.Splits))
            {
                if (operatorId == report.OperatorId)
                    report.Wanted[new SourceSplit(split.Id)] = split.Position == "null" ? null : split.Position;
            }
            TellNext(report);
        }
    }

    /// <summary>Releases what the sources hold for it, when nothing is being told any more.</summary>
    public void Dispose()
    {
        foreach (var report in _reports)
            edge.Run("close " + report.Table, _ => report.Progress.Dispose());
        _reports.Clear();
    }

    void TellNext(Report report)
    {
        report.IsDue = report.IsTelling;
        if (report.IsTelling || report.Wanted.Count == 0)
            return;
        report.IsTelling = true;
        var positions = report.Wanted.Select(one => (one.Key, one.Value)).ToList();
        report.Wanted.Clear();
        loop.RunToEnd(edge, "tell " + report.Table, _ => report.Progress.Tell(positions), error => Told(report, positions, error));
    }

    void Told(Report report, List<(SourceSplit Split, string? Position)> positions, Exception? error)
    {
        report.IsTelling = false;
        if (error is null)
        {
            report.HasWarned = false;
            TellNext(report);
            return;
        }
        foreach (var (split, position) in positions)
            report.Wanted.TryAdd(split, position);
        if (!report.HasWarned)
            warn($"how far \"{report.Table}\" was read cannot be told, the job goes on: {error.Message}");
        report.HasWarned = true;
        // A later checkpoint has come while this one was told.
        if (report.IsDue)
            TellNext(report);
    }

    sealed class Report(string operatorId, string table, ISourceProgress progress)
    {
        public string OperatorId { get; } = operatorId;
        public string Table { get; } = table;
        public ISourceProgress Progress { get; } = progress;
        public Queue<(Epoch Epoch, SourceSplit Split, string? Position)> Ended { get; } = new();
        public Dictionary<SourceSplit, string?> Wanted { get; } = [];
        public bool IsTelling { get; set; }
        public bool IsDue { get; set; }
        public bool HasWarned { get; set; }
    }
}
