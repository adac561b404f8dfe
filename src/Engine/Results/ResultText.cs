using System.Text;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Rows;
using SqlStream.Core.Types;

namespace SqlStream.Engine.Results;

/// <summary>Writes values as SQL text, as CAST(... AS STRING) does; bytes, which need not be text, as <c>x'00ff'</c>.</summary>
public sealed class ResultText
{
    readonly ScalarKernel?[] _casts;
    readonly bool[] _isBinary;
    readonly ColumnPool _pool;
    readonly SessionContext _session;

    /// <summary>For rows of a schema.</summary>
    public ResultText(Schema schema, IFunctionCatalog functions, ColumnPool pool, SessionContext session)
    {
        _pool = pool;
        _session = session;
        _casts = [.. schema.Fields.Select(column => Cast(column.Type, functions))];
        _isBinary = [.. schema.Fields.Select(column => column.Type.IsBinary)];
    }

    /// <summary>The rows of a batch with their kinds, without the first <paramref name="skip"/>; null stands for NULL.</summary>
    public IEnumerable<(RowKind Kind, string?[] Values)> Rows(Batch batch, int skip = 0)
    {
        var dense = batch.Dense(_pool);
        var texts = new Column[dense.Width];
        var rows = new List<(RowKind, string?[])>(dense.Rows - skip);
        try
        {
            for (var i = 0; i < texts.Length; i++)
                texts[i] = ToText(i, dense[i]);
            for (var row = skip; row < dense.Rows; row++)
            {
                var values = new string?[texts.Length];
                for (var i = 0; i < values.Length; i++)
                    values[i] = texts[i].IsNull(row) ? null : Text(((BytesColumn)texts[i])[row], _isBinary[i]);
                rows.Add((dense.Kind(row), values));
            }
        }
        finally
        {
            foreach (var text in texts)
                text?.Release();
            dense.Release();
        }
        return rows;
    }

    static string Text(ReadOnlySpan<byte> bytes, bool isBinary) =>
        isBinary ? $"x'{Convert.ToHexStringLower(bytes)}'" : Encoding.UTF8.GetString(bytes);

    Column ToText(int index, Column column)
    {
        if (_casts[index] is not { } cast)
            return column.Retain();
        return cast(new EvaluationContext(_pool, column.Length, [], _session), [column]);
    }

    static ScalarKernel? Cast(SqlType type, IFunctionCatalog functions)
    {
        if (type.IsCharacter || type.IsBinary)
            return null;
        if (type.Kind == SqlTypeKind.Null)
            type = SqlType.Boolean;
        var call = functions.PlanCast(new ArgumentInfo(type, false, null, SourceSpan.None), SqlType.String, isTry: false);
        return (call ?? throw new EngineBugException($"{type} has no text form")).Kernel;
    }
}
