using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>a || b and CONCAT(a, ...): the strings one after the other, NULL where one is NULL. Other values are
/// printed first.</summary>
sealed class ConcatFunction(string name, int countMin, int countMax) : ScalarFunction
{
    public override string Name => name;

    public override string Signature => name == "||" ? "string || string -> STRING" : $"{name}(string, ...) -> STRING";

    public override ScalarCall? Plan(ReadOnlySpan<ArgumentInfo> arguments)
    {
        if (arguments.Length < countMin || arguments.Length > countMax)
            return null;
        var types = new SqlType[arguments.Length];
        var nullable = false;
        for (var i = 0; i < types.Length; i++)
        {
            if (Parameters.Match(Parameter.AnyAsText, arguments[i].Type) is not { } match)
                return null;
            types[i] = match;
            nullable |= arguments[i].Type.IsNullable;
        }
        var type = SqlType.String.WithNullability(nullable);
        return new ScalarCall(types, type, (context, columns) => LaneKernels.RunText(context, columns, type, new Lane(columns)));
    }

    readonly ref struct Lane(ReadOnlySpan<Column> columns) : ITextLane
    {
        readonly ReadOnlySpan<Column> _columns = columns;

        public bool TryWrite(int row, BytesColumnBuilder output)
        {
            var size = 0;
            for (var i = 0; i < _columns.Length; i++)
                size += _columns.Text(i, row).Length;
            var target = output.Reserve(size);
            foreach (var column in _columns)
            {
                var text = ((BytesColumn)column)[row];
                text.CopyTo(target);
                target = target[text.Length..];
            }
            output.Commit(size);
            return true;
        }

        public SqlException? Error(int row) => null;
    }
}
