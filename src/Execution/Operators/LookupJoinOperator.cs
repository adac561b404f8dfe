using SqlStream.Core.Rows;
using SqlStream.Execution.Lookups;

namespace SqlStream.Execution.Operators;

/// <summary>Gives each row beside the rows of a lookup table that have its key now.</summary>
/// <remarks>Changelog: the halves of an update are apart, as with <see cref="CorrelateOperator"/>. Nothing is state: a batch is through before a barrier
/// passes, and what is kept of the table is read again after a restart.</remarks>
sealed class LookupJoinOperator(OperatorContext context, LookedUpRows rows) : Operator
{
    Batch? _batch;

    public override string Name => "LookupJoin";

    public override bool HasPending => _batch is not null;

    public override void OnData(Batch batch, IOutput output)
    {
        context.Metrics.AddRowsIn(batch.Rows);
        _batch = batch.Dense(context.Pool);
        batch.Release();
        rows.Begin(_batch);
    }

    public override bool TryProceed() => rows.TryProceed();

    public override void Drain(IOutput output, int maxBatches)
    {
        for (var i = 0; i < maxBatches && _batch is { } batch; i++)
        {
            if (!rows.Emit(output))
                continue;
            _batch = null;
            batch.Release();
        }
    }

    public override void Dispose()
    {
        _batch?.Release();
        _batch = null;
        rows.Dispose();
    }
}
