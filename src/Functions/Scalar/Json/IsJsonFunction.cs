using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Json;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Json;

/// <summary>string IS JSON [VALUE | SCALAR | ARRAY | OBJECT]; FALSE for NULL, as in Flink. Of kind None it takes every kind.</summary>
sealed class IsJsonFunction(string name, JsonKind kind) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => $"string {name} -> BOOLEAN";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 1 || Parameters.Match(Parameter.Text, arguments[0].Type) is not { } text)
            return null;
        var type = SqlType.Boolean.WithNullability(false);
        return new ScalarCall([text], type, (context, columns) => Run(context, columns[0], type));
    }

    BoolColumn Run(EvaluationContext context, Column column, SqlType type)
    {
        var rows = column.StoredLength;
        var buffer = Lanes.Rent<ulong>(context.Pool, Bitmap.Words(rows), out var results);
        results.Clear();
        var texts = (BytesColumn)column;
        for (var row = 0; row < rows; row++)
        {
            if (column.IsNull(row) || !(column.IsConstant || context.IsActive(row)))
                continue;
            var found = JsonText.KindOf(texts[row]);
            if (kind == JsonKind.None ? found != JsonKind.None : found == kind)
                Bitmap.Set(results, row);
        }
        return new BoolColumn(type, context.Rows, buffer, null, context.Pool, column.IsConstant);
    }
}
