using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Operators;

/// <summary>NOT boolean.</summary>
sealed class NotFunction() : StrictFunction("NOT", "NOT boolean -> BOOLEAN", [Parameter.Boolean])
{
    protected override SqlType ReturnType(ReadOnlySpan<SqlType> types) => SqlType.Boolean;

    protected override ScalarKernel Kernel(SqlType type, IReadOnlyList<SqlType> types, ReadOnlySpan<ArgumentInfo> arguments) =>
        (context, columns) => BoolKernels.Not(context, columns, type);
}
