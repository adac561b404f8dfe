using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Planner.Lowering;
using SqlStream.Planner.Physical;

namespace SqlStream.Planner.Validation;

/// <summary>Refuses plans whose sinks cannot take what the query gives.</summary>
/// <remarks>A sink that takes -U rows takes any stream. One that takes updates by key takes a stream of which its
/// primary key is an upsert key. One that only takes new rows takes an append-only stream.</remarks>
static class PlanValidator
{
    /// <summary>Raises SS001 with all that is wrong.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="spans">For each root the position to blame: the name of the table that is written.</param>
    public static void Validate(PhysicalPlan plan, IReadOnlyList<SourceSpan> spans)
    {
        var errors = new List<Diagnostic>();
        for (var i = 0; i < plan.Roots.Count; i++)
        {
            if (plan.Roots[i] is PhysicalSink sink && Check(sink, spans[i]) is { } error)
                errors.Add(error);
        }
        if (errors.Count > 0)
            throw new SqlException(errors);
    }

    static Diagnostic? Check(PhysicalSink sink, SourceSpan span)
    {
        var input = sink.Input.Changelog;
        var accepts = sink.Sink.Accepts;
        if (sink.Mode.Overwrites && !sink.Input.IsBounded)
            return PlanErrors.OverwriteOfUnbounded(span, sink.TableName);
        if (input.IsAppendOnly)
            return null;
        var reason = UpdateOrigin.Describe(sink.Input);
        if (sink.Mode.OnConflict != KeyConflict.Replace)
            return PlanErrors.ConflictOfUpdates(span, reason);
        if (Lacks(accepts, input))
            return PlanErrors.SinkTakesNoUpdates(span, sink.TableName, accepts, reason);
        if (accepts.HasUpdateBefore || SinkKeys.Match(sink))
            return null;
        return sink.Table.PrimaryKey.IsEmpty
            ? PlanErrors.SinkNeedsKey(span, sink.TableName, reason)
            : PlanErrors.SinkKeyMismatch(span, sink.TableName, sink.Table.PrimaryKey.Select(Name), Keys(sink), reason);

        string Name(int column) => sink.Input.Schema[column].Name;
    }

    // -U rows can be left out where the key says what is replaced; nothing else can.
    static bool Lacks(ChangelogMode accepts, ChangelogMode input) =>
        (input.HasUpdateAfter && !accepts.HasUpdateAfter) || (input.HasDelete && !accepts.HasDelete);

    static List<string> Keys(PhysicalSink sink) => [.. sink.Input.UpsertKeys
        .Where(key => key.Count > 0)
        .Select(key => string.Join(", ", key.Select(column => sink.Input.Schema[column].Name)))];
}
