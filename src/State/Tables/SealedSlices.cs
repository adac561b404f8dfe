using SqlStream.State.Codec;

namespace SqlStream.State.Tables;

/// <summary>Slices all of whose keys are deleted, as ranges: a few for each key group, however many keys there are.</summary>
/// <param name="context">The table and the key groups of the subtask.</param>
/// <param name="ranges">The first and the last end of neighbouring slices.</param>
sealed class SealedSlices(StateTableContext context, IReadOnlyList<(long First, long Last)> ranges) : SealedTable
{
    /// <inheritdoc/>
    public override void WriteTo(ChangeSet changes)
    {
        Span<byte> from = stackalloc byte[sizeof(long)];
        Span<byte> to = stackalloc byte[sizeof(long)];
        foreach (var (first, last) in ranges)
        {
            KeyEncoder.WriteOrdered(from, first);
            KeyEncoder.WriteOrdered(to, last + 1);
            for (var keyGroup = context.FirstKeyGroup; keyGroup < context.EndKeyGroup; keyGroup++)
                changes.DeleteRange(context.TableId, (ushort)keyGroup, from, to);
        }
    }
}
