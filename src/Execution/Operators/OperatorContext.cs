using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.State.Tables;

namespace SqlStream.Execution.Operators;

/// <summary>What an operator of one subtask may use.</summary>
/// <param name="OperatorId">Identity of the operator across restarts.</param>
/// <param name="Subtask">Number of the subtask.</param>
/// <param name="Parallelism">How many there are.</param>
/// <param name="Pool">Where buffers come from.</param>
/// <param name="Session">Time zone, clock and random source.</param>
/// <param name="BatchRows">Rows of a batch at the most.</param>
/// <param name="Tables">Makes the state tables.</param>
/// <param name="RestoredState">The operator's own bytes of each subtask of the checkpoint; empty at a fresh start.</param>
/// <param name="Metrics">Counters of the operator.</param>
sealed record OperatorContext(
    string OperatorId,
    int Subtask,
    int Parallelism,
    ColumnPool Pool,
    SessionContext Session,
    int BatchRows,
    Func<string, StateTableContext> Tables,
    IReadOnlyList<byte[]> RestoredState,
    OperatorMetrics Metrics);

/// <summary>Counters of one operator and subtask; written on its mailbox, read anywhere.</summary>
sealed class OperatorMetrics
{
    long _rowsIn;
    long _rowsOut;
    long _lateRows;
    long _badRows;
    long _nullRows;
    long _watermark = long.MinValue;
    bool _caughtUp;
    string? _trouble;
    double _splitsRead;
    double _splits;

    /// <summary>Rows taken.</summary>
    public long RowsIn => Interlocked.Read(ref _rowsIn);

    /// <summary>Rows emitted.</summary>
    public long RowsOut => Interlocked.Read(ref _rowsOut);

    /// <summary>Rows dropped because their windows were closed.</summary>
    public long LateRows => Interlocked.Read(ref _lateRows);

    /// <summary>Rows that could not be decoded.</summary>
    public long BadRows => Interlocked.Read(ref _badRows);

    /// <summary>Rows left out because they have NULL in a NOT NULL column of the sink.</summary>
    public long NullRows => Interlocked.Read(ref _nullRows);

    /// <summary>A scan has read once everything there was.</summary>
    public bool HasCaughtUp => Volatile.Read(ref _caughtUp);

    /// <summary>Why a scan cannot reach its source at the moment; null if it can.</summary>
    public string? Trouble => Volatile.Read(ref _trouble);

    /// <summary>The last watermark, in microseconds.</summary>
    public long WatermarkMicros => Interlocked.Read(ref _watermark);

    /// <summary>Splits that a scan has read, those that are open in part.</summary>
    public double SplitsRead => Volatile.Read(ref _splitsRead);

    /// <summary>All splits of a scan; 0 where it is not known how much has been read.</summary>
    public double Splits => Volatile.Read(ref _splits);

    public void SetSplits(double read, double all)
    {
        Volatile.Write(ref _splitsRead, read);
        Volatile.Write(ref _splits, all);
    }

    public void AddRowsIn(long rows) => Interlocked.Add(ref _rowsIn, rows);

    public void AddRowsOut(long rows) => Interlocked.Add(ref _rowsOut, rows);

    public void AddLateRows(long rows) => Interlocked.Add(ref _lateRows, rows);

    public void AddBadRows(long rows) => Interlocked.Add(ref _badRows, rows);

    public void AddNullRows(long rows) => Interlocked.Add(ref _nullRows, rows);

    public void SetCaughtUp() => Volatile.Write(ref _caughtUp, true);

    public void SetTrouble(string? reason) => Volatile.Write(ref _trouble, reason);

    public void SetWatermark(long micros) => Interlocked.Exchange(ref _watermark, micros);
}
