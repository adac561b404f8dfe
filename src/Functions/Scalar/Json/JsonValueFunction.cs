using System.Globalization;
using System.Text;
using System.Text.Json;
using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Casts;
using SqlStream.Functions.Json;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Json;

/// <summary>JSON_VALUE(json, path [RETURNING type] [behaviour ON EMPTY] [behaviour ON ERROR]): the string, number or boolean at the end of
/// the path. Comes as (json, path, a NULL of the type, on empty, its default, on error, its default).</summary>
sealed class JsonValueFunction : ScalarFunction
{
    public override string Name => "JSON_VALUE";

    public override string Signature =>
        "JSON_VALUE(json, path [RETURNING type] [NULL | ERROR | DEFAULT value ON EMPTY] [NULL | ERROR | DEFAULT value ON ERROR]) -> type";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 7 || Parameters.Match(Parameter.Text, arguments[0].Type) is not { } json
            || Parameters.Match(Parameter.Text, arguments[1].Type) is not { } path)
        {
            return null;
        }
        var type = arguments[2].Type.WithNullability(true);
        if (CastPlanner.Plan(SqlType.String, type, isTry: true) is not { } cast || type.IsNested)
            return null;
        var parsed = JsonPathArgument.Of(arguments);
        var (onEmpty, onError) = (arguments[3].Value as string, arguments[5].Value as string);
        return new ScalarCall(
            [json, path, type, arguments[3].Type, type, arguments[5].Type, type], type,
            (context, columns) => Run(context, columns, type, parsed, cast.Kernel, onEmpty, onError));
    }

    static Column Run(
        EvaluationContext context, ReadOnlySpan<Column> columns, SqlType type, JsonPathArgument path, ScalarKernel cast, string? onEmpty, string? onError)
    {
        var inputs = columns[..2];
        var isConstant = Lanes.AllConstant(inputs) && columns[4].IsConstant && columns[6].IsConstant;
        if (Lanes.AnyConstantNull(inputs) || (isConstant && !Lanes.AnyActive(context)))
            return Lanes.Null(context, type);
        var rows = isConstant ? 1 : context.Rows;
        var outcomes = new JsonOutcome[rows];
        using var texts = new BytesColumnBuilder(SqlType.String, context.Pool);
        for (var row = 0; row < rows; row++)
            outcomes[row] = Find(context, columns, row, isConstant, ref path, type.IsInteger, texts);
        var found = texts.Build();
        Column? values = null;
        try
        {
            values = cast(new EvaluationContext(context.Pool, rows, [], context.Session), [found]);
            using var result = ColumnBuilder.Create(type, context.Pool);
            for (var row = 0; row < rows; row++)
                Append(result, values, columns, row, outcomes[row], onEmpty, onError);
            var built = result.Build();
            if (!isConstant)
                return built;
            var constant = ColumnFactory.Constant(type, PlanValue.Read(built, 0), context.Rows, context.Pool);
            built.Release();
            return constant;
        }
        finally
        {
            found.Release();
            values?.Release();
        }
    }

    // A row that does not count is empty and NULL.
    static JsonOutcome Find(
        EvaluationContext context, ReadOnlySpan<Column> columns, int row, bool isConstant, ref JsonPathArgument path, bool ofInteger, BytesColumnBuilder texts)
    {
        if (columns[0].IsNull(row) || columns[1].IsNull(row) || !(isConstant || context.IsActive(row)))
        {
            texts.AppendNull();
            return JsonOutcome.Structure;
        }
        var steps = path.At(columns, row);
        var text = columns.Text(0, row);
        var outcome = JsonOutcome.Structure;
        var (start, length, token) = (0, 0, JsonTokenType.None);
        if (steps.IsDefinite || JsonText.KindOf(text) == JsonKind.None)
            outcome = JsonSearch.Find(text, steps, out start, out length, out token);
        if (outcome == JsonOutcome.Structure)
            outcome = steps.IsLax ? JsonOutcome.Empty : JsonOutcome.Error;
        if (outcome != JsonOutcome.Scalar)
            texts.AppendNull();
        else
            AppendScalar(texts, text.Slice(start, length), token, ofInteger);
        return outcome;
    }

    static void AppendScalar(BytesColumnBuilder texts, ReadOnlySpan<byte> value, JsonTokenType token, bool ofInteger)
    {
        if (token == JsonTokenType.String)
        {
            var reader = new Utf8JsonReader(value);
            reader.Read();
            texts.Commit(reader.CopyString(texts.Reserve(value.Length)));
        }
        else if (ofInteger && token == JsonTokenType.Number && value.ContainsAny(".eE"u8))
        {
            // As an integer a number is cut.
            var number = Math.Truncate(double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture));
            texts.Append(Encoding.UTF8.GetBytes(number.ToString("F0", CultureInfo.InvariantCulture)));
        }
        else
        {
            texts.Append(value);
        }
    }

    static void Append(
        ColumnBuilder result, Column values, ReadOnlySpan<Column> columns, int row, JsonOutcome outcome, string? onEmpty, string? onError)
    {
        // What cannot be cast is an error, too.
        if (outcome == JsonOutcome.Scalar && values.IsNull(row))
            outcome = JsonOutcome.Error;
        if (outcome is JsonOutcome.Scalar or JsonOutcome.Structure)
        {
            result.AppendFrom(values, row);
            return;
        }
        switch (outcome == JsonOutcome.Empty ? onEmpty : onError)
        {
            case "DEFAULT": result.AppendFrom(columns[outcome == JsonOutcome.Empty ? 4 : 6], row); break;
            case "ERROR": throw FunctionErrors.JsonFailed("JSON_VALUE");
            default: result.AppendNull(); break;
        }
    }
}
