using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

/// <summary>Casts between nested types: element by element and field by field, the latter by position.</summary>
/// <remarks>TRY_CAST of a value gives NULL if a part of it cannot be cast.</remarks>
static class NestedCasts
{
    /// <summary>The kernel, or null where there is no cast.</summary>
    public static ScalarKernel? Kernel(SqlType from, SqlType to, bool isTry)
    {
        switch (from, to)
        {
            case (CollectionType { Kind: SqlTypeKind.Array } source, CollectionType { Kind: SqlTypeKind.Array } target):
                return Part(source.Element, target.Element, isTry) is { } element
                    ? (context, arguments) => List(context, (ListColumn)arguments[0], to, element, isTry)
                    : null;
            case (RowType source, RowType target):
                return source.Fields.Count == target.Fields.Count && Parts(source, target, isTry) is { } fields
                    ? (context, arguments) => Row(context, (RowColumn)arguments[0], to, fields, isTry)
                    : null;
            case (MapType, MapType) or (CollectionType { Kind: SqlTypeKind.Multiset }, CollectionType { Kind: SqlTypeKind.Multiset }):
                var (fromKey, fromValue) = MapColumn.EntryTypes(from);
                var (toKey, toValue) = MapColumn.EntryTypes(to);
                return Part(fromKey, toKey, isTry) is { } key && Part(fromValue, toValue, isTry) is { } value
                    ? (context, arguments) => Map(context, (MapColumn)arguments[0], to, key, value, isTry)
                    : null;
            default:
                return null;
        }
    }

    static ScalarKernel? Part(SqlType from, SqlType to, bool isTry) => CastPlanner.Plan(from, to, isTry)?.Kernel;

    static ScalarKernel[]? Parts(RowType from, RowType to, bool isTry)
    {
        var kernels = new ScalarKernel[from.Fields.Count];
        for (var i = 0; i < kernels.Length; i++)
        {
            if (Part(from.Fields[i].Type, to.Fields[i].Type, isTry) is not { } kernel)
                return null;
            kernels[i] = kernel;
        }
        return kernels;
    }

    static Column List(EvaluationContext context, ListColumn input, SqlType to, ScalarKernel element, bool isTry)
    {
        if (input.IsConstant && !Lanes.AnyActive(context))
            return Lanes.Null(context, to);
        var elements = Elements(context, input, input.Offsets, input.Elements, element);
        try
        {
            using var builder = new ListColumnBuilder(to, context.Pool);
            for (var row = 0; row < input.StoredLength; row++)
            {
                var (start, count) = input[row];
                if (input.IsNull(row) || (isTry && AnyFailed(input.Elements, elements, start, count)))
                {
                    builder.AppendNull();
                    continue;
                }
                builder.Elements.AppendRange(elements, start, count);
                builder.EndList();
            }
            return Finish(context, input, builder);
        }
        finally
        {
            elements.Release();
        }
    }

    static Column Map(EvaluationContext context, MapColumn input, SqlType to, ScalarKernel key, ScalarKernel value, bool isTry)
    {
        if (input.IsConstant && !Lanes.AnyActive(context))
            return Lanes.Null(context, to);
        var keys = Elements(context, input, input.Offsets, input.Keys, key);
        Column? values = null;
        try
        {
            values = Elements(context, input, input.Offsets, input.Values, value);
            using var builder = new MapColumnBuilder(to, context.Pool);
            for (var row = 0; row < input.StoredLength; row++)
            {
                var (start, count) = input[row];
                if (input.IsNull(row)
                    || (isTry && (AnyFailed(input.Keys, keys, start, count) || AnyFailed(input.Values, values, start, count))))
                {
                    builder.AppendNull();
                    continue;
                }
                // Different keys may have become one.
                MapEntries.Append(builder, keys, values, start, count);
                builder.EndMap();
            }
            return Finish(context, input, builder);
        }
        finally
        {
            keys.Release();
            values?.Release();
        }
    }

    static Column Row(EvaluationContext context, RowColumn input, SqlType to, ScalarKernel[] kernels, bool isTry)
    {
        if (input.IsConstant && !Lanes.AnyActive(context))
            return Lanes.Null(context, to);
        var inner = new EvaluationContext(context.Pool, input.StoredLength, input.IsConstant ? [] : context.ActiveLanes, context.Session);
        var fields = new Column[kernels.Length];
        try
        {
            for (var i = 0; i < fields.Length; i++)
                fields[i] = kernels[i](inner, [input.Fields[i]]);
            using var builder = new RowColumnBuilder(to, context.Pool);
            for (var row = 0; row < input.StoredLength; row++)
            {
                if (input.IsNull(row) || (isTry && AnyFailed(input, fields, row)))
                {
                    builder.AppendNull();
                    continue;
                }
                for (var i = 0; i < fields.Length; i++)
                    builder.Fields[i].AppendFrom(fields[i], row);
                builder.EndRow();
            }
            return Finish(context, input, builder);
        }
        finally
        {
            foreach (var part in fields)
                part?.Release();
        }
    }

    // The elements of rows that do not count must raise no error.
    static Column Elements(EvaluationContext context, Column input, ReadOnlySpan<int> offsets, Column elements, ScalarKernel kernel)
    {
        var active = context.ActiveLanes.IsEmpty || input.IsConstant ? null : new ulong[Bitmap.Words(elements.Length)];
        if (active is not null)
        {
            for (var row = 0; row < input.Length; row++)
            {
                for (var i = offsets[row]; context.IsActive(row) && i < offsets[row + 1]; i++)
                    Bitmap.Set(active, i);
            }
        }
        return kernel(new EvaluationContext(context.Pool, elements.Length, active, context.Session), [elements]);
    }

    static bool AnyFailed(Column before, Column after, int start, int count)
    {
        for (var i = start; i < start + count; i++)
        {
            if (after.IsNull(i) && !before.IsNull(i))
                return true;
        }
        return false;
    }

    static bool AnyFailed(RowColumn before, ReadOnlySpan<Column> after, int row)
    {
        for (var i = 0; i < after.Length; i++)
        {
            if (after[i].IsNull(row) && !before.Fields[i].IsNull(row))
                return true;
        }
        return false;
    }

    static Column Finish(EvaluationContext context, Column input, ColumnBuilder builder) =>
        NestedKernels.Finish(context, builder, input.IsConstant);
}
