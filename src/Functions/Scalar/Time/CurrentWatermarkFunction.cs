using SqlStream.Core.Columns;
using SqlStream.Core.Functions;
using SqlStream.Core.Time;
using SqlStream.Core.Types;
using SqlStream.Functions.Casts;

namespace SqlStream.Functions.Scalar.Time;

/// <summary>CURRENT_WATERMARK(rowtime): the watermark that the rows of a batch come after, to the millisecond; NULL before the first one. The
/// binder sees to it that the argument is the column that carries the watermark.</summary>
sealed class CurrentWatermarkFunction : ScalarFunction
{
    public override string Name => "CURRENT_WATERMARK";

    public override string Signature => "CURRENT_WATERMARK(rowtime) -> TIMESTAMP(3) or TIMESTAMP_LTZ(3)";

    public override bool IsDeterministic => false;

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length != 1 || arguments[0].Type.Kind is not (SqlTypeKind.Timestamp or SqlTypeKind.TimestampLtz))
            return null;
        var type = arguments[0].Type.Kind == SqlTypeKind.Timestamp ? SqlType.Timestamp(3) : SqlType.TimestampLtz(3);
        return new ScalarCall([arguments[0].Type], type, (context, _) =>
        {
            var watermark = context.Watermark is { } known && known > EventTime.MinusInfinity && known < EventTime.PlusInfinity
                ? TimePrecision.Cut(known.Micros, 3)
                : (object?)null;
            return ColumnFactory.Constant(type, watermark, context.Rows, context.Pool);
        });
    }
}
