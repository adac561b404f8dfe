using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.Parser.Syntax;
using SqlStream.Planner.Binding;
using SqlStream.Planner.Catalog;

namespace SqlStream.Planner.Statements;

/// <summary>CREATE TABLE ... LIKE: puts what the source gives before what the statement declares.</summary>
/// <remarks>As in Flink: physical columns always come along; without options everything is included and options are overwritten;
/// what is included must not be there twice, what is overwritten may be.</remarks>
sealed class TableLike(BindContext context)
{
    static readonly string[] s_overwritable = ["GENERATED", "METADATA", "OPTIONS", "WATERMARKS"];
    static readonly string[] s_features = [.. s_overwritable, "CONSTRAINTS", "DISTRIBUTION", "PARTITIONS"];

    /// <summary>Merges the source into a draft of what the statement declares.</summary>
    public void Merge(LikeClause like, TableDraft draft)
    {
        var span = context.SpanOf(like.Source);
        switch (new NameResolver(context).Find(like.Source))
        {
            case TableDefinition source:
                Merge(source, Modes(like), draft, span);
                break;
            case { } other:
                context.Report(CreateErrors.WrongKind(span, other, "table"));
                break;
            default:
                break;
        }
    }

    Dictionary<string, LikeMode> Modes(LikeClause like)
    {
        var modes = s_features.ToDictionary(feature => feature, _ => LikeMode.Including);
        modes["OPTIONS"] = LikeMode.Overwriting;
        var named = new HashSet<string>();
        foreach (var option in like.Options)
        {
            if (!named.Add(option.Feature))
                context.Report(CreateErrors.LikeTwice(context.SpanOf(option), option.Feature));
            if (option.Mode == LikeMode.Overwriting && !s_overwritable.Contains(option.Feature))
                context.Report(CreateErrors.LikeOverwriting(context.SpanOf(option), option.Feature));
        }
        // ALL is for what the clause does not name, wherever it stands.
        if (like.Options.FirstOrDefault(option => option.Feature == "ALL") is { } all)
        {
            foreach (var feature in s_features)
                modes[feature] = all.Mode;
        }
        foreach (var option in like.Options.Where(option => option.Feature != "ALL"))
            modes[option.Feature] = option.Mode;
        return modes;
    }

    void Merge(TableDefinition source, Dictionary<string, LikeMode> modes, TableDraft draft, SourceSpan span)
    {
        var theirs = TableDraft.Of(source, context, span);
        Columns(theirs, modes, draft);
        if (modes["CONSTRAINTS"] == LikeMode.Including && theirs.PrimaryKey is not null)
        {
            if (draft.PrimaryKey is not null)
                context.Report(CreateErrors.LikeConflict(draft.PrimaryKey.Span, "primary key", source.Name, "EXCLUDING CONSTRAINTS"));
            draft.PrimaryKey ??= theirs.PrimaryKey;
        }
        if (modes["WATERMARKS"] != LikeMode.Excluding && theirs.Watermark is not null)
        {
            if (draft.Watermark is not null && modes["WATERMARKS"] == LikeMode.Including)
                context.Report(CreateErrors.LikeConflict(draft.Watermark.Span, "watermark", source.Name, "OVERWRITING WATERMARKS"));
            draft.Watermark ??= theirs.Watermark;
        }
        if (modes["PARTITIONS"] == LikeMode.Including && theirs.PartitionKeys.Count > 0)
        {
            if (draft.PartitionKeys.Count > 0)
                context.Report(CreateErrors.LikeConflict(draft.PartitionKeys[0].Span, "PARTITIONED BY", source.Name, "EXCLUDING PARTITIONS"));
            else
                draft.PartitionKeys.AddRange(theirs.PartitionKeys);
        }
        if (modes["OPTIONS"] != LikeMode.Excluding)
            draft.Options = Options(theirs.Options, draft.Options, modes["OPTIONS"], source.Name);
    }

    void Columns(TableDraft source, Dictionary<string, LikeMode> modes, TableDraft draft)
    {
        var columns = new List<DraftColumn>();
        foreach (var column in source.Columns)
        {
            var mode = column switch
            {
                DraftComputed => modes["GENERATED"],
                DraftMetadata => modes["METADATA"],
                _ => LikeMode.Including,
            };
            if (mode == LikeMode.Excluding)
                continue;
            var own = draft.Find(column.Name);
            if (own is not null && own.GetType() == column.GetType() && mode == LikeMode.Overwriting)
            {
                draft.Columns.Remove(own);
                columns.Add(own);
                continue;
            }
            if (own is not null)
                context.Report(CreateErrors.LikeColumn(own.Span, own.Name, source.Name));
            else
                columns.Add(column);
        }
        draft.Columns.InsertRange(0, columns);
    }

    TableOptions Options(TableOptions source, TableOptions own, LikeMode mode, ObjectName name)
    {
        var merged = new List<TableOption>();
        foreach (var option in source.Options)
        {
            if (own.Options.FirstOrDefault(known => known.Key == option.Key) is not { } replacing)
                merged.Add(option);
            else if (mode == LikeMode.Including)
                context.Report(CreateErrors.LikeOption(replacing.Span, replacing.Key, name));
        }
        return new TableOptions([.. merged, .. own.Options]);
    }
}
