using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SqlStream.Client;

/// <summary>The JSON of requests and answers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(OpenSessionRequest))]
[JsonSerializable(typeof(SessionInfo))]
[JsonSerializable(typeof(SessionList))]
[JsonSerializable(typeof(VocabularyInfo))]
[JsonSerializable(typeof(StatementRequest))]
[JsonSerializable(typeof(StatementInfo))]
[JsonSerializable(typeof(ResultPage))]
[JsonSerializable(typeof(ScriptRequest))]
[JsonSerializable(typeof(ScriptResult))]
[JsonSerializable(typeof(JobList))]
[JsonSerializable(typeof(JobInfo))]
[JsonSerializable(typeof(CheckpointList))]
[JsonSerializable(typeof(CheckpointInfo))]
[JsonSerializable(typeof(PlanInfo))]
[JsonSerializable(typeof(StopRequest))]
[JsonSerializable(typeof(SavepointRequest))]
[JsonSerializable(typeof(StopResult))]
[JsonSerializable(typeof(ServerInfo))]
[JsonSerializable(typeof(HealthInfo))]
[JsonSerializable(typeof(Problem))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>As it goes over the wire: text of any language as it is.</summary>
    public static ApiJson Wire => Made.Wire;

    /// <summary>For people.</summary>
    public static ApiJson Indented => Made.Indented;

    // In a class of their own: initializers of one class run in no order that can be relied on.
    static class Made
    {
        public static readonly ApiJson Wire = new(new JsonSerializerOptions(Default.Options) { AllowDuplicateProperties = false, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        public static readonly ApiJson Indented = new(new JsonSerializerOptions(Wire.Options) { WriteIndented = true });
    }
}
