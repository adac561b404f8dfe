using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Types;
using SqlStream.Functions.Kernels;

namespace SqlStream.Functions.Casts;

/// <summary>Text or bytes to BINARY(n), cut or padded with zeros, or VARBINARY(n), cut.</summary>
readonly ref struct ToBytes(Column input, StringType type) : ITextLane
{
    readonly BytesReader _input = new(input);
    readonly StringType _type = type;

    public bool TryWrite(int row, BytesColumnBuilder output)
    {
        var bytes = _input[row];
        if (bytes.Length > _type.Length)
            bytes = bytes[.._type.Length];
        var target = output.Reserve(_type.Kind == SqlTypeKind.Binary ? _type.Length : bytes.Length);
        bytes.CopyTo(target);
        target[bytes.Length..].Clear();
        output.Commit(target.Length);
        return true;
    }

    public SqlException? Error(int row) => null;
}

/// <summary>Bytes to CHAR or VARCHAR: they must be UTF-8.</summary>
readonly ref struct BytesToText(Column input, StringType type, bool isTry) : ITextLane
{
    readonly BytesReader _input = new(input);
    readonly StringType _type = type;
    readonly bool _isTry = isTry;

    public bool TryWrite(int row, BytesColumnBuilder output)
    {
        if (!System.Text.Unicode.Utf8.IsValid(_input[row]))
            return false;
        ToText.Append(output, _input[row], _type);
        return true;
    }

    public SqlException? Error(int row) => _isTry ? null : FunctionErrors.InvalidUtf8();
}
