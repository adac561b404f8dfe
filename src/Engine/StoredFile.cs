using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SqlStream.Engine.Jobs;
using SqlStream.Engine.Sessions;
using SqlStream.State.Checkpoints;

namespace SqlStream.Engine;

/// <summary>The form of files that keep jobs and sessions: a version, a checksum, and the content as JSON for people to read.</summary>
static class StoredFile
{
    /// <summary>The version that is written.</summary>
    public const int CurrentVersion = 1;

    /// <summary>How the content is written.</summary>
    public static StoredJson Json { get; } = new(new JsonSerializerOptions(StoredJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The bytes of the file; the checksum covers the content as it stands there.</summary>
    public static byte[] ToBytes(string content)
    {
        var checksum = Checksum.Of(Encoding.UTF8.GetBytes(content)).ToString("x8", CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetBytes($"{{\n\"formatVersion\": {CurrentVersion},\n\"crc32c\": \"{checksum}\",\n\"content\": {content}\n}}\n");
    }

    /// <summary>The content; what is wrong with the file is said with its path.</summary>
    public static T Parse<T>(byte[] bytes, string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var version = document.RootElement.GetProperty("formatVersion").GetInt32();
            if (version > CurrentVersion)
                throw EngineErrors.NewerStoredFile(path, version);
            var content = document.RootElement.GetProperty("content").GetRawText();
            var checksum = Checksum.Of(Encoding.UTF8.GetBytes(content)).ToString("x8", CultureInfo.InvariantCulture);
            if (document.RootElement.GetProperty("crc32c").GetString() != checksum)
                throw EngineErrors.DamagedStoredFile(path, "Its checksum is wrong.");
            return JsonSerializer.Deserialize(content, type) ?? throw EngineErrors.DamagedStoredFile(path, "It is empty.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw EngineErrors.DamagedStoredFile(path, e.Message);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(StoredSession))]
sealed partial class StoredJson : JsonSerializerContext;
