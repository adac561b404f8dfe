using System.Globalization;
using System.Security.Cryptography;
using SqlStream.Core.Columns;
using SqlStream.Core.Diagnostics;
using SqlStream.Core.Functions;

namespace SqlStream.Functions.Scalar.Strings;

/// <summary>MD5, SHA1, SHA224, SHA256, SHA384 and SHA512: the digest of the string's UTF-8 bytes in lower-case hexadecimal
/// digits.</summary>
static class DigestFunction
{
    public static ScalarFunction Md5() => Create<Md5Hash>("MD5");

    public static ScalarFunction Sha1() => Create<Sha1Hash>("SHA1");

    public static ScalarFunction Sha224() => Create<Sha224Hash>("SHA224");

    public static ScalarFunction Sha256() => Create<Sha256Hash>("SHA256");

    public static ScalarFunction Sha384() => Create<Sha384Hash>("SHA384");

    public static ScalarFunction Sha512() => Create<Sha512Hash>("SHA512");

    /// <summary>The function of a length in bits of the family SHA-2, or null.</summary>
    public static ScalarFunction? Sha2(long bits) => bits switch
    {
        224 => Sha224(),
        256 => Sha256(),
        384 => Sha384(),
        512 => Sha512(),
        _ => null,
    };

    /// <summary>Appends the digest of a length in bits; an error where there is none of that length.</summary>
    public static void Write(long bits, ReadOnlySpan<byte> text, BytesColumnBuilder output)
    {
        Span<byte> digest = stackalloc byte[64];
        var length = bits switch
        {
            224 => Sha224Digest.Compute(text, digest),
            256 => SHA256.HashData(text, digest),
            384 => SHA384.HashData(text, digest),
            512 => SHA512.HashData(text, digest),
            _ => throw FunctionErrors.HashLengthNotSupported(SourceSpan.None, bits.ToString(CultureInfo.InvariantCulture)),
        };
        Convert.TryToHexStringLower(digest[..length], output.Reserve(2 * length), out var written);
        output.Commit(written);
    }

    static TextFunction<Op<THash>> Create<THash>(string name)
        where THash : struct, IHash => new(name, $"{name}(string) -> STRING", [Parameter.Text]);

    interface IHash
    {
        static abstract int Compute(ReadOnlySpan<byte> text, Span<byte> digest);
    }

    readonly struct Op<THash> : ITextComputation where THash : struct, IHash
    {
        public static bool TryWrite(ReadOnlySpan<Column> arguments, int row, BytesColumnBuilder output)
        {
            Span<byte> digest = stackalloc byte[64];
            var length = THash.Compute(arguments.Text(0, row), digest);
            Convert.TryToHexStringLower(digest[..length], output.Reserve(2 * length), out var written);
            output.Commit(written);
            return true;
        }
    }

    readonly struct Md5Hash : IHash
    {
#pragma warning disable CA5351 // The user asks for this digest by name.
        public static int Compute(ReadOnlySpan<byte> text, Span<byte> digest) => MD5.HashData(text, digest);
#pragma warning restore CA5351
    }

    readonly struct Sha1Hash : IHash
    {
#pragma warning disable CA5350 // The user asks for this digest by name.
        public static int Compute(ReadOnlySpan<byte> text, Span<byte> digest) => SHA1.HashData(text, digest);
#pragma warning restore CA5350
    }

    readonly struct Sha224Hash : IHash
    {
        public static int Compute(ReadOnlySpan<byte> text, Span<byte> digest) => Sha224Digest.Compute(text, digest);
    }

    readonly struct Sha256Hash : IHash
    {
        public static int Compute(ReadOnlySpan<byte> text, Span<byte> digest) => SHA256.HashData(text, digest);
    }

    readonly struct Sha384Hash : IHash
    {
        public static int Compute(ReadOnlySpan<byte> text, Span<byte> digest) => SHA384.HashData(text, digest);
    }

    readonly struct Sha512Hash : IHash
    {
        public static int Compute(ReadOnlySpan<byte> text, Span<byte> digest) => SHA512.HashData(text, digest);
    }
}
