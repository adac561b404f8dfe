using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Kernels;

/// <summary>What becomes of lanes without a result: an error, or NULL.</summary>
static class Failures
{
    /// <summary>True if the lane is valid and active; for a constant, if any lane is active.</summary>
    public static bool Counts(EvaluationContext context, bool isConstant, int row, byte[]? validity) =>
        (validity is null || Bitmap.Get(Lanes.Words(validity, row + 1), row))
        && (isConstant ? Lanes.AnyActive(context) : context.IsActive(row));

    /// <summary>Raises the error, after the buffers have gone back, or makes the lane NULL where there is
    /// none.</summary>
    public static void Handle(
        EvaluationContext context, SqlException? error, int row, int stored, byte[]? buffer, ref byte[]? validity)
    {
        if (error is not null)
        {
            Lanes.Return(context.Pool, buffer, validity);
            throw error;
        }
        validity ??= Lanes.AllValid(context.Pool, stored);
        Bitmap.Clear(Lanes.Words(validity, stored), row);
    }
}
