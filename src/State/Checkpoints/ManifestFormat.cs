using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SqlStream.State.Checkpoints;

/// <summary>The bytes of a manifest: indented JSON whose last property is a SHA-256 over all bytes before it.</summary>
public static class ManifestFormat
{
    const string SealStart = ",\n  \"checksum\": \"sha256:";
    const string SealEnd = "\"\n}\n";
    const int SealBytes = 24 + 64 + 4;

    internal static readonly ManifestJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
        RespectNullableAnnotations = true,
    });

    /// <summary>The bytes to publish.</summary>
    public static byte[] Write(CheckpointManifest manifest) =>
        Seal(JsonSerializer.SerializeToUtf8Bytes(manifest, Json.CheckpointManifest));

    /// <summary>Reads a manifest whose checksum holds. Damage is a <see cref="Core.Diagnostics.SqlException"/> XX001 that names
    /// <paramref name="path"/>, a format of a newer engine one with 0A000.</summary>
    public static CheckpointManifest Read(ReadOnlySpan<byte> content, string path)
    {
        var body = Unseal(content, path);
        try
        {
            // The version is read first and alone: everything else may mean something else in a newer format.
            var version = JsonSerializer.Deserialize(body, Json.ManifestVersion)!.FormatVersion;
            if (version > CheckpointManifest.CurrentFormatVersion)
                throw StateErrors.NewerFormat(path, version);
            if (version < 1)
                throw StateErrors.DamagedManifest(path, $"format version {version} does not exist");
            return WithoutFinishedSplits(JsonSerializer.Deserialize(body, Json.CheckpointManifest)!);
        }
        catch (JsonException e)
        {
            throw StateErrors.DamagedManifest(path, e.Message);
        }
    }

    static CheckpointManifest WithoutFinishedSplits(CheckpointManifest manifest) => manifest with
    {
        Sources = [.. manifest.Sources.Select(source => source with
        {
            Splits = [.. source.Splits.Where(split => !split.Finished)],
            FinishedSplits = source.FinishedSplits + source.Splits.Count(split => split.Finished),
            FinishedWatermarkMicros = source.Splits.Where(split => split.Finished).Select(split => split.WatermarkMicros).Append(source.FinishedWatermarkMicros).Max(),
        })],
    };

    /// <summary>Appends the checksum to a JSON object that ends in <c>\n}</c>.</summary>
    internal static byte[] Seal(ReadOnlySpan<byte> json)
    {
        var open = json[..^2];
        var sealedBytes = new byte[open.Length + SealBytes];
        open.CopyTo(sealedBytes);
        WriteSeal(open, sealedBytes.AsSpan(open.Length));
        return sealedBytes;
    }

    /// <summary>Checks the checksum and returns the JSON object with it.</summary>
    internal static ReadOnlySpan<byte> Unseal(ReadOnlySpan<byte> content, string path)
    {
        if (content.Length <= SealBytes)
            throw StateErrors.DamagedManifest(path, $"it has {content.Length} bytes");
        Span<byte> expected = stackalloc byte[SealBytes];
        WriteSeal(content[..^SealBytes], expected);
        if (!content[^SealBytes..].SequenceEqual(expected))
            throw StateErrors.DamagedManifest(path, "its checksum does not match its content");
        return content;
    }

    static void WriteSeal(ReadOnlySpan<byte> open, Span<byte> target)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(open, digest);
        Encoding.ASCII.GetBytes(SealStart + Convert.ToHexStringLower(digest) + SealEnd, target);
    }
}

sealed record ManifestVersion(int FormatVersion);

[JsonSerializable(typeof(CheckpointManifest))]
[JsonSerializable(typeof(ManifestVersion))]
[JsonSerializable(typeof(CopyMarker))]
[JsonSerializable(typeof(LeaseRecord))]
sealed partial class ManifestJson : JsonSerializerContext;
